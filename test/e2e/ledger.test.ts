import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { affectedImages } from '#app/affected.ts';
import { requireHome } from '#app/home/home.ts';
import { homePaths } from '#app/home/home-directory.ts';
import { openHomeDatabase } from '#app/home/open-home-database.ts';
import { openRecord } from '#app/home/open-record.ts';
import { readSigner } from '#app/home/signing-key.ts';
import { recordScan } from '#app/record-scan.ts';
import type { AnyEventDeclaration } from '#core/event-declaration.ts';
import { eventCatalogue } from '#ledger/catalogue.ts';
import { openLedger } from '#ledger/ledger.ts';
import type { ScanReportInput } from '#report/scan-report.ts';
import { dockerArchive } from '../fakes/docker-archive.ts';
import { startServer } from '../fakes/http-server.ts';
import { dpkgStatus, type StatusPackage } from '../fakes/layers.ts';
import { expectDecent, expectRefused } from '../harness/expect-ran.ts';
import type { Ran } from '../harness/holdfast.ts';
import type { Postgres } from '../harness/postgres.ts';
import { EMPTY_SCHEMA, psql, type RecordPlace, startRecordPlace } from '../harness/record-place.ts';
import { needs } from '../harness/skip.ts';

const XZ = 'CVE-2024-3094';
const OSV = {
  id: 'DEBIAN-CVE-2024-3094',
  upstream: [XZ],
  modified: '2024-03-29T00:00:00Z',
  affected: [
    {
      package: { ecosystem: 'Debian:12', name: 'xz-utils' },
      ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '5.6.0' }, { fixed: '5.6.1+really5.4.5-1' }] }],
    },
  ],
};

function image(tag: string, ...packages: readonly StatusPackage[]): Buffer {
  const files = [
    { name: 'etc/os-release', body: 'ID=debian\nVERSION_ID="12"\n' },
    { name: 'var/lib/dpkg/status', body: dpkgStatus(...packages) },
  ];
  return dockerArchive({ tag, steps: [{ instruction: 'COPY', files }] });
}

/** Where it stands in the record, by its own words. */
const positions = ({ stdout }: Ran) =>
  stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { readonly position: number }).position);

/** What holds wherever the record is. */
function story(engine: RecordPlace['engine']): void {
  let place: RecordPlace;
  beforeAll(async () => {
    place = await startRecordPlace(engine);
    const { bench } = place;
    writeFileSync(bench.path('bad.tar'), image('bad:1', ['liblzma5 5.6.1-1', { Source: 'xz-utils' }], 'bash 5.2.15-2'));
    writeFileSync(bench.path('good.tar'), image('good:1', 'bash 5.2.15-2'));
    writeFileSync(bench.path('osv.json'), JSON.stringify(OSV));
    const built = await bench.run(['db', 'build', '--from', 'osv.json', '--out', 'advisories.db']);
    expect(built.stderr).toBe('');
  });
  afterAll(() => place?.stop());
  beforeEach(() => place.fresh());

  /** Ends well; gives what it printed. */
  const done = async (...args: readonly string[]): Promise<string> => {
    const ran = await place.run(args);
    expectDecent(ran);
    expect(ran).toMatchObject({ code: 0 });
    return ran.stdout;
  };
  const scan = (name: string) => done('scan', `docker-archive:${name}.tar`, '--advisories', 'advisories.db');

  it('tells what was scanned, which images are hit, and proves it', async () => {
    expect(await done('init')).toMatch(/^Made the home/);
    await scan('bad');
    await scan('good');
    expect(await done('log')).toMatch(/^#.*WHEN.*\n1 .*ledger\.opened.*\n2 .*bad\.tar.*\n3 .*good\.tar/);
    const log = async (...filter: readonly string[]) => {
      const ran = await place.run(['log', '--format', 'jsonl', ...filter]);
      expectDecent(ran);
      return positions(ran);
    };
    expect(await log('--type', 'image.inventoried')).toEqual([2, 3]);
    expect(await log('--type', 'image.inventoried', '--type', 'ledger.opened', '--limit', '2')).toEqual([2, 3]);
    expect(await log('--subject', 'GOOD')).toEqual([3]);
    expect(await log('--actor', 'nobody-else')).toEqual([]);
    expect(await log('--since', '2020-01-01', '--until', '2021-01-01')).toEqual([]);
    expect(await log('--since', '2020-01-01', '--outcome', 'done')).toEqual([1, 2, 3]);
    expect(JSON.parse(await done('log', '--format', 'json', '--limit', '1'))).toMatchObject([{ position: 3 }]);
    expect(await done('log', 'show', '2')).toMatch(/^Position: +2\n/);

    const affected = async (asked: string) => {
      const json = await done('affected', asked, '--advisories', 'advisories.db', '--format', 'json');
      return (JSON.parse(json) as { images: { reference: string }[] }).images.map(({ reference }) => reference);
    };
    const answers = async () => [
      await affected(XZ),
      await affected('pkg:deb/debian/bash'),
      await affected('pkg:deb/debian/liblzma5@5.6.1-1'),
      await affected('pkg:deb/debian/liblzma5@5'),
      await affected('pkg:npm/a@%'),
      await affected('pkg:npm/a@%00'),
    ];
    const expected = [['bad.tar'], ['good.tar', 'bad.tar'], ['bad.tar'], [], [], []];
    expect(await answers()).toEqual(expected);
    expect(await done('ledger', 'rebuild')).toBe('Rebuilt: images, contents, flaws.\n');
    expect(await answers()).toEqual(expected);

    expect(await done('ledger', 'verify', '--quiet')).toMatch(/^The record is whole: 3 events\.\nNo outside/);
    const key = (await done('ledger', 'key')).trim();
    await done('ledger', 'prove', '2', '--out', 'two.tlog-proof');
    await done('ledger', 'checkpoint', '--out', 'three.checkpoint');
    await scan('good');
    await done('ledger', 'prove-growth', 'three.checkpoint', '--out', 'grown');
    // Without home and database.
    const { bench } = place;
    const proved = await bench.run(['ledger', 'check-proof', 'two.tlog-proof', '--key', key]);
    expect(proved).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Proved: event 2 of the 3 /) });
    const grown = await bench.run(['ledger', 'check-growth', 'grown', '--since', 'three.checkpoint', '--key', key]);
    expect(grown).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Proved: /) });
  });

  it('follows the record until it is stopped', async () => {
    await done('init');
    const script = `"$@" >following & child=$!
      until grep -q good.tar following; do sleep 0.1; done; kill -TERM $child; wait $child`;
    const following = place.run(['log', '--follow', '--format', 'jsonl'], { through: ['sh', '-c', script, 'sh'] });
    await scan('good');
    expect((await following).code).toBe(0);
    expect(positions({ ...(await following), stdout: readFileSync(place.bench.path('following'), 'utf8') })).toEqual([
      1, 2,
    ]);
  });

  it('names what was changed around it', async () => {
    await done('init');
    for (const name of ['bad', 'good', 'bad']) await scan(name);
    const verified = async () => {
      const ran = await place.run(['ledger', 'verify', '--format', 'json', '--quiet']);
      expectDecent(ran);
      const { tampering } = JSON.parse(ran.stdout) as { tampering: { kind: string; position: number }[] };
      return [ran.code, ...tampering.map(({ kind, position }) => `${kind} ${position}`)];
    };
    expect(await verified()).toEqual([0]);
    expect(() => place.tamper("update events set actor = 'nobody' where position = 2")).toThrow(/append-only/);
    expect(() => place.tamper('delete from events where position = 4')).toThrow(/append-only/);
    const drop = ['events_refuse', 'events_refuse_update', 'events_refuse_delete'];
    if (engine === 'postgres') place.tamper('drop trigger events_refuse on events');
    else place.tamper(...drop.slice(1).map((name) => `drop trigger ${name};`));
    place.tamper("update events set actor = 'nobody' where position = 2");
    expect(await verified()).toEqual([3, 'edited 2']);
    const human = await place.run(['ledger', 'verify', '--quiet']);
    expect(human.stdout).toMatch(/^THE RECORD WAS TAMPERED WITH\.\n {2}Event 2 was edited: its column actor differs/);
    place.tamper('update events set actor = (select actor from events where position = 3) where position = 2');
    expect(await verified()).toEqual([0]);
    place.tamper('delete from events where position = 4');
    expect(await verified()).toEqual([3, 'truncated 4']);
    place.tamper('delete from events where position = 2');
    expect(await verified()).toEqual([3, 'deleted 2']);
  });

  it('copies checkpoints to other places, and goes on where one is missing', async () => {
    const bodies: string[] = [];
    const webhook = await startServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => {
        body += chunk.toString();
      });
      request.on('end', () => {
        bodies.push(body);
        response.writeHead(bodies.length === 2 ? 500 : 204).end();
      });
    });
    const copies = place.bench.path(`copies-${engine}`);
    mkdirSync(copies);
    try {
      await done('init', '--checkpoint-to', copies, '--checkpoint-to', `${webhook.url}/witness`);
      expect(readdirSync(copies)).toEqual([expect.stringMatching(/^holdfast_[0-9a-f]{16}-20.*Z\.checkpoint$/)]);
      const failing = await place.run(['scan', 'docker-archive:good.tar']);
      expect(failing).toMatchObject({
        code: 0,
        stderr: expect.stringMatching(/^holdfast: The checkpoint could not be copied to http:.*\[CHECKPOINT_PLACE/),
      });
      expect(bodies.map((body) => body.split('\n')[1])).toEqual(['1', '2']);
      expect(await done('ledger', 'verify', '--quiet')).toMatch(
        /The record is whole: 2 events\.\nAnchored up to position 2/,
      );
      rmSync(copies, { recursive: true });
      const missing = await place.run(['scan', 'docker-archive:good.tar']);
      expect(missing).toMatchObject({ code: 0, stderr: expect.stringContaining('[CHECKPOINT_PLACE_MISSING]') });
      expect(existsSync(copies)).toBe(false);
      expect(bodies).toHaveLength(3);
      const verified = await done('ledger', 'verify', '--quiet');
      expect(verified).toMatch(/The record is whole: 3 events\.[\s\S]*A copy could not be looked at/);
    } finally {
      await webhook.close();
    }
  });

  it('refuses tables of a newer program, whatever is asked', async () => {
    await done('init');
    place.tamper("insert into schema_version values (99, 'later')");
    for (const args of [['log'], ['init'], ['ledger', 'verify'], ['affected', XZ], ['log', 'show', '1']]) {
      expectRefused(await place.run(args), 'DATABASE_TOO_NEW');
    }
    const scanned = await place.run(['scan', 'docker-archive:good.tar']);
    expect(scanned).toMatchObject({ code: 1, stderr: expect.stringContaining('[DATABASE_TOO_NEW]') });
    expect(scanned.stdout).toContain('good.tar');
  });

  it('says that inventories are lost, until the image is scanned again', async () => {
    await done('init');
    await scan('bad');
    rmSync(join(place.home(), 'blobs'), { recursive: true });
    await done('ledger', 'rebuild', 'contents');
    const asked = async () =>
      JSON.parse(await done('affected', XZ, '--advisories', 'advisories.db', '--format', 'json'));
    expect(await asked()).toMatchObject({ images: [], unread: 1 });
    expect(await done('affected', XZ, '--advisories', 'advisories.db')).toContain('Unknown: 1 recorded image');
    await scan('bad');
    expect(await asked()).toMatchObject({ images: [{ reference: 'bad.tar' }], unread: 0 });
  });

  it('makes no formula of a name', async () => {
    await done('init');
    cpSync(place.bench.path('good.tar'), place.bench.path('=1+1,"x".tar'));
    await done('scan', 'docker-archive:=1+1,"x".tar');
    const csv = await done('log', '--format', 'csv', '--limit', '1');
    expect(csv.split('\r\n')[1]).toContain(`,"'=1+1,""x"".tar",`);
  });

  it('shows what a newer program recorded, and goes on after it', async () => {
    await done('init');
    const environment = place.environment();
    const database = await openHomeDatabase(requireHome(environment), environment, 'write');
    try {
      const unknown = {
        parse: (data: unknown) => data,
        summarise: () => ({ subject: '', outcome: 'done', sentence: '' }),
      };
      const catalogue = eventCatalogue([
        { ...unknown, type: 'moon.landed', schemaVersion: 1, upcasts: [] } as AnyEventDeclaration,
        {
          ...unknown,
          type: 'advisories.updated',
          schemaVersion: 2,
          upcasts: [(data: unknown) => data],
        } as AnyEventDeclaration,
      ]);
      const signer = readSigner(homePaths(place.home()).key);
      const ledger = openLedger({
        ...{ database, catalogue, signer, projections: [], now: () => new Date(), blob: async () => undefined },
      });
      for (const type of ['moon.landed', 'advisories.updated'])
        await ledger.append({ stream: 'new', actor: 'newer', events: [{ type, data: { text: '=1+1\u001b[31m' } }] });
    } finally {
      await database.close();
    }
    await scan('bad');
    const table = await done('log');
    expect(table).toMatch(/\n2 .*moon\.landed +\? .*\n3 .*advisories\.updated +\? .*\n4 .*image\.inventoried/);
    const entries = (await done('log', '--format', 'jsonl', '--actor', 'newer')).trim().split('\n');
    expect(entries.map((line) => JSON.parse(line))).toMatchObject([
      { position: 2, unread: 'this program does not know its kind', data: { text: '=1+1\u001b[31m' } },
      { position: 3, unread: 'version 2 of its kind, 1 is known' },
    ]);
    const shown = await done('log', 'show', '2');
    expect(shown).toContain('does not know its kind');
    expect(shown).not.toContain('\u001b');
    expect(await done('ledger', 'verify', '--quiet')).toMatch(/^The record is whole: 4 events/);
    expect(await done('affected', XZ, '--advisories', 'advisories.db')).toContain('bad.tar');
  });

  it('takes names that no package has', async () => {
    await done('init');
    const environment = place.environment();
    const record = await openRecord(requireHome(environment), environment, () => new Date());
    const names = [
      '\0',
      'a\0b',
      '\ud800',
      '😀'.repeat(10_000),
      `x${'😀'.repeat(10_000)}`,
      '中'.repeat(9_000),
      "'; drop table",
    ];
    const purls = names.map((name) => `pkg:npm/${name}`);
    try {
      for (const reference of ['one', 'two\0', '\udfff'.repeat(500)])
        await recordScan(record, hostileReport(reference, names), 'somebody');
      for (const asked of purls) {
        const { images, unread } = await affectedImages(record.ledger, undefined, { asked, now: new Date() });
        expect([images.length, unread]).toEqual([3, 0]);
      }
    } finally {
      await record.close();
    }
    expect(await done('ledger', 'verify', '--quiet')).toMatch(/^The record is whole: 4 events/);
  });

  it('leaves reports as they are', async () => {
    const args = ['scan', 'docker-archive:bad.tar', '--format', 'json'];
    const before = await done(...args);
    expect(existsSync(place.home())).toBe(false);
    await done('init');
    expect(await done(...args)).toBe(before);
    expect(await done(...args, '--no-record')).toBe(before);
    expect(positions(await place.run(['log', '--format', 'jsonl']))).toEqual([1, 2]);
  });
}

function hostileReport(reference: string, names: readonly string[]): ScanReportInput {
  const packages = names.map((name, index) => ({
    ...{ type: 'npm' as const, name, version: index % 2 === 0 ? '1' : name, purl: `pkg:npm/${name}@${index}` },
    ...{ licences: [], locations: ['x'], evidence: 'installed' as const },
  }));
  return {
    tool: { name: 'holdfast', version: '0' },
    createdAt: new Date().toISOString(),
    advisories: undefined,
    description: { kind: 'rootfs', reference, verified: 'not-applicable', annotations: {}, tags: [], problems: [] },
    inventory: { repositories: [], packages, problems: [], base: { layers: 0, method: 'none' }, catalogers: [] },
    findings: { findings: [], coverage: [], absences: [] },
    leftOut: [],
  };
}

needs(
  'unshare',
  'mount',
  'strace',
)('a scan that cannot be recorded', () => {
  let place: RecordPlace;
  beforeAll(async () => {
    place = await startRecordPlace('sqlite');
    writeFileSync(place.bench.path('good.tar'), image('good:1', 'bash 5.2.15-2'));
  });
  afterAll(() => place?.stop());
  beforeEach(async () => {
    await place.fresh();
    expect(await place.run(['init'])).toMatchObject({ code: 0 });
  });
  const SCAN = ['scan', 'docker-archive:good.tar', '--format', 'json'];
  const inMounts = (script: string) => ({ through: ['unshare', '--mount', 'sh', '-c', script, place.home()] });
  const expectNotRecorded = (ran: Ran, code: string) => {
    expectDecent(ran);
    expect(ran).toMatchObject({ code: 1, stderr: expect.stringContaining('  The scan is NOT on the record.\n') });
    expect(ran.stderr).toMatch(new RegExp(`^holdfast: .*\\[${code}\\]\n {2}`));
    expect(JSON.parse(ran.stdout)).toMatchObject({ packages: [{ name: 'bash' }] });
  };

  it('says so where the database is none', async () => {
    writeFileSync(join(place.home(), 'ledger.db'), 'no database at all\n'.repeat(1000));
    expectNotRecorded(await place.run(SCAN), 'DATABASE_DAMAGED');
    const verified = await place.run(['ledger', 'verify', '--format', 'json']);
    expect(verified).toMatchObject({ code: 3 });
    expect(JSON.parse(verified.stdout)).toMatchObject({ outcome: 'tampered', tampering: [{ kind: 'damaged' }] });
    rmSync(join(place.home(), 'keys/ledger.key'));
    expectNotRecorded(await place.run(SCAN), 'HOME_KEY_UNREADABLE');
  });

  it('says so where nothing can be written', async () => {
    const script = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"';
    expectNotRecorded(await place.run(SCAN, inMounts(script)), '(DATABASE|FILE)_[A-Z_]+');
    const full = `mount -t tmpfs -o size=400k tmpfs "$0.full" && cp -a "$0/." "$0.full" && mount --bind "$0.full" "$0" &&
      { head -c 1000000 /dev/zero >"$0/ballast" 2>/dev/null; exec "$@"; }`;
    mkdirSync(`${place.home()}.full`);
    expectNotRecorded(await place.run(SCAN, inMounts(full)), '(DATABASE_FULL|DATABASE_IO|FILE_NOT_WRITTEN)');
    expect(await place.run(SCAN)).toMatchObject({ code: 0, stderr: '' });
    expect(positions(await place.run(['log', '--format', 'jsonl']))).toEqual([1, 2]);
  });

  it('is none without a home: nothing of the ledger is loaded', async () => {
    const through = ['strace', '-f', '-qq', '-e', 'trace=openat', '-o', place.bench.path('trace')];
    const opened = async (home: string) => {
      expect(await place.run(SCAN, { home, through })).toMatchObject({ code: 0 });
      const files = readFileSync(place.bench.path('trace'), 'utf8').match(/libsql|record-scans|ledger\.db/g) ?? [];
      return [...new Set(files)].sort();
    };
    expect(await opened('absent')).toEqual([]);
    expect(await opened('home')).toEqual(['ledger.db', 'libsql', 'record-scans']);
  });
});

needs('sqlite3')('the record in SQLite', () => {
  story('sqlite');
});

needs('postgres', 'psql')('the record in PostgreSQL', () => {
  story('postgres');
});

needs('postgres', 'psql')('two roles in PostgreSQL', () => {
  let place: RecordPlace;
  let server: Postgres;
  beforeAll(async () => {
    place = await startRecordPlace('postgres');
    if (place.server === undefined) throw new Error('there is no server');
    ({ server } = place);
    writeFileSync(place.bench.path('other.tar'), image('other:1', 'dash 0.5.12-2'));
    writeFileSync(place.bench.path('good.tar'), image('good:1', 'bash 5.2.15-2'));
  });
  afterAll(() => place?.stop());
  beforeEach(() => place.fresh());

  const dbInit = (writer: string, ...args: readonly string[]) =>
    place.run(['db-init', '--writer', writer, ...args], { environment: { HOLDFAST_OWNER_DATABASE: server.ownerUrl } });
  const good = async (...args: readonly string[]) => {
    const ran = await place.run(args);
    expect(ran).toMatchObject({ code: 0 });
    return ran.stdout;
  };
  const codeOf = (url: string, statement: string) => {
    try {
      return psql(url, statement);
    } catch (error) {
      return /ERROR: {2}(.*)/.exec(String(error))?.[1];
    }
  };

  it('let the writer add and nobody change', async () => {
    await good('init');
    await good('scan', 'docker-archive:good.tar');
    const again = await dbInit('holdfast_writer', '--format', 'json');
    expect(JSON.parse(again.stdout)).toEqual({
      ...{ schema: 'public', from: 1, to: 1, writer: 'holdfast_writer', writerMade: false, dropped: [], problems: [] },
    });
    for (const [statement, table] of [
      ["update events set actor = 'x'", 'events'],
      ['delete from ledger_checkpoints', 'ledger_checkpoints'],
      ['truncate ledger_nodes', 'ledger_nodes'],
      ["insert into schema_version values (2, 'x')", 'schema_version'],
    ] as const) {
      expect(codeOf(server.url, statement)).toBe(`permission denied for table ${table}`);
    }
    expect(codeOf(server.url, 'drop table events')).toBe('must be owner of table events');
    expect(codeOf(server.url, 'alter table events disable trigger all')).toBe('must be owner of table events');
    expect(codeOf(server.ownerUrl, "update events set actor = 'x'")).toBe('the ledger is append-only');
    await good('ledger', 'verify');
  });

  it('are made and named as they should be', async () => {
    expectRefused(await dbInit('absent'), 'DATABASE_ROLE_MISSING', 2);
    expectRefused(await dbInit('holdfast_admin'), 'DATABASE_WRITER_TOO_STRONG', 2);
    expectRefused(await dbInit('holdfast_owner'), 'DATABASE_WRITER_TOO_STRONG', 2);
    for (const name of ['public', 'none', 'pg_write_all_data', '', 'x'.repeat(64)])
      expectRefused(await dbInit(name), 'DATABASE_ROLE_INVALID', 2);
    expectRefused(await place.run(['db-init', '--writer', 'w']), 'USAGE', 2);
    expectRefused(await place.run(['db-init', '--writer', 'w', '--owner-url', server.url]), 'DATABASE_NOT_OWNER', 2);
    const wrong = await place.run(['db-init', '--writer', 'w', '--owner-url', 'postgres://me:secret@localhost:1/x']);
    expectRefused(wrong, 'DATABASE_CONNECTION');
    expect(wrong.stderr).not.toContain('secret');
    psql(server.adminUrl, 'alter role holdfast_owner createrole');
    const odd = 'it is "odd"; drop table events';
    expect((await dbInit(odd, '--format', 'json')).stdout).toContain('"writerMade": true');
    const other = await dbInit('holdfast_writer');
    expect(other.stderr).toMatch(/Another role was granted .* \(delete, insert, update\).*DATABASE_OTHER_WRITER/);
    psql(server.adminUrl, 'drop owned by "it is ""odd""; drop table events"');
    psql(server.adminUrl, 'alter role holdfast_owner nocreaterole');
    psql(server.ownerUrl, 'grant update (actor) on events to holdfast_writer');
    expect((await dbInit('holdfast_writer')).stderr).toBe('');
    expect(codeOf(server.url, "update events set actor = 'x'")).toBe('permission denied for table events');
    psql(server.adminUrl, 'grant holdfast_owner to holdfast_writer');
    expectRefused(await dbInit('holdfast_writer'), 'DATABASE_WRITER_TOO_STRONG', 2);
    psql(server.adminUrl, 'revoke holdfast_owner from holdfast_writer');
  });

  it('take over from one role that did everything', async () => {
    psql(server.ownerUrl, ...EMPTY_SCHEMA);
    const owner = { environment: { HOLDFAST_DATABASE: server.ownerUrl } };
    expect(await place.run(['init'], owner)).toMatchObject({ code: 0 });
    expect(await place.run(['scan', 'docker-archive:good.tar'], owner)).toMatchObject({ code: 0 });
    expectRefused(await place.run(['log']), 'HOME_DATABASE_REFUSED');
    expect((await dbInit('holdfast_writer')).stdout).toContain('are built anew when they are needed: contents, flaws.');
    await good('scan', 'docker-archive:good.tar');
    expect(await good('affected', 'pkg:deb/debian/bash')).toContain('1 image on the record');
    expect(await good('ledger', 'rebuild')).toBe('Rebuilt: images, contents, flaws.\n');
    expect(await good('ledger', 'verify')).toMatch(/^The record is whole: 3 events/);
  });

  it('serve several machines, each with the same key', async () => {
    await good('init');
    const second = { home: 'second' };
    expectRefused(await place.run(['init'], second), 'HOME_KEY_FOREIGN');
    cpSync(join(place.home(), 'keys/ledger.key'), join(place.home('second'), 'keys/ledger.key'));
    expect(await place.run(['init'], second)).toMatchObject({ code: 0 });
    await good('scan', 'docker-archive:other.tar');
    const elsewhere = await place.run(['affected', 'pkg:deb/debian/dash', '--format', 'json'], second);
    expect(JSON.parse(elsewhere.stdout)).toMatchObject({ images: [{ reference: 'other.tar' }], unread: 0 });
    await Promise.all([
      good('scan', 'docker-archive:good.tar'),
      place.run(['scan', 'docker-archive:good.tar'], second).then((ran) => expect(ran.code).toBe(0)),
    ]);
    for (const machine of [{}, second]) {
      const asked = await place.run(['affected', 'pkg:deb/debian/bash', '--format', 'json'], machine);
      expect(JSON.parse(asked.stdout)).toMatchObject({ images: [{ reference: 'good.tar' }], unread: 0 });
      const verified = await place.run(['ledger', 'verify', '--quiet'], machine);
      expect(verified).toMatchObject({ code: 0, stdout: expect.stringMatching(/^The record is whole: 4 events/) });
      expect(positions(await place.run(['log', '--format', 'jsonl'], machine))).toEqual([1, 2, 3, 4]);
    }
  });

  it('say what is missing', async () => {
    await good('init');
    const without = { environment: { HOLDFAST_DATABASE: '' } };
    expectRefused(await place.run(['log'], without), 'HOME_DATABASE_MISSING', 2);
    const scanned = await place.run(['scan', 'docker-archive:good.tar'], without);
    expect(scanned).toMatchObject({ code: 1, stderr: expect.stringContaining('The scan is NOT on the record.') });
    expect(scanned.stdout).toContain('good.tar');
    for (const statement of EMPTY_SCHEMA) {
      psql(server.ownerUrl, statement);
      expectRefused(await place.run(['init']), 'HOME_DATABASE_OLD');
    }
    for (const args of [['init'], ['log'], ['ledger', 'verify'], ['affected', XZ]])
      expectRefused(await place.run(args), 'HOME_DATABASE_OLD');
  });
});
