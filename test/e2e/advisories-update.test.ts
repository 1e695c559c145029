import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeZip } from '#base/zip/zip.fixture.ts';
import { type OsvMirror, startOsvMirror } from '../fakes/osv-mirror.ts';
import { below, osvRecord } from '../fakes/planted/osv.ts';
import { type Bench, type Ran, startBench } from '../harness/holdfast.ts';

/** An export of `count` records, of one byte sequence for one count. */
function osvExport(count: number): Buffer {
  const records = Array.from({ length: count }, (_, index) =>
    osvRecord(`GHSA-${index}`, { affected: [below('npm', `package-${index}`, '1.0.0')] }),
  );
  return makeZip(
    records.map((record) => ({
      name: `${record['id']}.json`,
      bytes: Buffer.from(JSON.stringify(record)),
      stored: true,
    })),
  );
}

/** One entry's local header, in the middle of the archive, is zeros. */
function withoutHeader(zip: Buffer): Buffer {
  const at = zip.indexOf('PK\x03\x04', 50_000, 'latin1');
  return zip.fill(0, at, at + 30);
}

/** The directory says of its last entry that one byte less is stored. */
function withShorterEntry(zip: Buffer): Buffer {
  const at = zip.lastIndexOf('PK\x01\x02', undefined, 'latin1') + 20;
  zip.writeUInt32LE(zip.readUInt32LE(at) - 1, at);
  return zip;
}

describe('holdfast db update', () => {
  let bench: Bench;
  let mirror: OsvMirror;
  const file = () => bench.path('mine/advisories.db');

  beforeEach(async () => {
    bench = startBench();
    mirror = await startOsvMirror();
    mirror.put('/npm/all.zip', osvExport(1000));
  });
  afterEach(async () => {
    await mirror.close();
    bench.remove();
  });

  function update(args: readonly string[] = ['npm'], limitMs?: number): Promise<Ran> {
    const environment = {
      HOLDFAST_ADVISORIES: file(),
      HOLDFAST_OSV_URL: mirror.url,
      HOLDFAST_KEV_URL: `${mirror.url}/kev.json`,
      HOLDFAST_EPSS_URL: 'off',
    };
    mirror.put('/kev.json', Buffer.from('{"catalogVersion": "1", "vulnerabilities": []}'));
    const limit = limitMs === undefined ? {} : { limitMs };
    return bench.run(['db', 'update', ...args], { environment, ...limit });
  }
  const asked = () => mirror.seen.filter(({ path }) => path === '/npm/all.zip').map(({ headers }) => headers);
  const left = () => readdirSync(bench.path('mine/advisories.db.downloads')).sort();

  test('fetches, and then only asks whether anything is new', async () => {
    expect(await update()).toMatchObject({ code: 0, stderr: '', stdout: `${file()}: 1000 records; new: npm, KEV\n` });
    const built = readFileSync(file());
    expect(await update([])).toMatchObject({ code: 0, stdout: `${file()}: 1000 records; nothing had changed\n` });
    expect(asked()[1]?.['if-none-match']).toMatch(/^"/);
    expect(readFileSync(file()).equals(built)).toBe(true);
    mirror.put('/npm/all.zip', osvExport(1001));
    expect(await update()).toMatchObject({ code: 0, stdout: `${file()}: 1001 records; new: npm\n` });
    expect(left().filter((name) => name.includes('.part') || name === 'lock')).toEqual([]);
  });

  test('is what the next scan uses', async () => {
    await update();
    const status = await bench.run(['db', 'status'], { environment: { HOLDFAST_ADVISORIES: file() } });
    expect(status.stdout).toContain('1000 records from npm, KEV');
  });

  test('goes on where a connection broke off', async () => {
    mirror.fail({ kind: 'drop', bytes: 100_000 });
    expect(await update()).toMatchObject({ code: 0, stderr: '' });
    const [first, second, ...more] = asked();
    expect(first).not.toHaveProperty('range');
    expect(second?.range).toMatch(/^bytes=[1-9]\d*-$/);
    expect(more).toEqual([]);
  });

  test('killed in the middle, it breaks nothing, and the next one goes on', async () => {
    await update();
    const before = readFileSync(file());
    mirror.put('/npm/all.zip', osvExport(2000));
    mirror.fail({ kind: 'stall', bytes: 150_000 });
    expect((await update(['npm'], 3_000)).code).toBeUndefined();
    expect(readFileSync(file()).equals(before)).toBe(true);
    const status = await bench.run(['db', 'status', '--advisories', file()]);
    expect(status).toMatchObject({ code: 0, stderr: '' });
    expect(await update()).toMatchObject({ code: 0, stderr: '', stdout: `${file()}: 2000 records; new: npm\n` });
    expect(asked().at(-1)?.range).toMatch(/^bytes=[1-9]\d*-$/);
    expect(left().filter((name) => name.includes('.part') || name === 'lock')).toEqual([]);
  });

  test.each([
    ['a truncated zip', (whole: Buffer) => whole.subarray(0, whole.length / 2)],
    ['a zip with other bytes in the middle', (whole: Buffer) => Buffer.from(whole).fill(0xaa, 20_000, 60_000)],
    ['a zip with one other byte', (whole: Buffer) => Buffer.from(whole).fill(0xaa, 50_000, 50_001)],
    ['a zip without a local header', (whole: Buffer) => withoutHeader(Buffer.from(whole))],
    ['a zip whose entry is shorter than it says', (whole: Buffer) => withShorterEntry(Buffer.from(whole))],
    ['a page of a portal', () => Buffer.from('<html>Please log in</html>')],
    ['nothing', () => Buffer.alloc(0)],
  ])('%s does not replace what is there', async (_, spoil) => {
    await update();
    const before = readFileSync(file());
    mirror.put('/npm/all.zip', spoil(osvExport(1500)));
    const ran = await update();
    expect(ran.code).toBe(1);
    expect(ran.stderr).toMatch(/^holdfast: .*\[[A-Z]+_[A-Z_]+\]/);
    expect(ran.stderr).not.toMatch(/^\s+at /m);
    // A changed file holds what it held: the records of the earlier copy.
    const status = await bench.run(['db', 'status', '--advisories', file(), '--format', 'json']);
    expect(JSON.parse(status.stdout)).toMatchObject({ records: 1000 });
    expect(readFileSync(file()).equals(before)).toBe(true);
    mirror.put('/npm/all.zip', osvExport(1500));
    expect(await update()).toMatchObject({ code: 0, stdout: `${file()}: 1500 records; new: npm\n` });
  });

  test('db build refuses a zip that is damaged, and the file that was there stays', async () => {
    await update();
    const before = readFileSync(file());
    for (const spoilt of [withoutHeader(osvExport(1500)), withShorterEntry(osvExport(1500))]) {
      writeFileSync(bench.path('all.zip'), spoilt);
      const ran = await bench.run(['db', 'build', '--from', 'all.zip', '--out', file()]);
      expect(ran.code).toBe(1);
      expect(ran.stderr).toMatch(/^holdfast: all\.zip: .*\[ZIP_ENTRY_INVALID\]\n {2}\S/);
      expect(readFileSync(file()).equals(before)).toBe(true);
    }
  });

  test('what is not there is named, and the others are fetched', async () => {
    const ran = await update(['npm', 'Nonesuch']);
    expect(ran.code).toBe(1);
    expect(ran.stderr).toMatch(/^holdfast: Nonesuch: .* answers 404.*\[ADVISORIES_FETCH_REFUSED\]/);
    expect(ran.stdout).toBe(`${file()}: 1000 records; new: npm, KEV\n`);
  });

  test('a server that always fails is an error, and nothing is made', async () => {
    mirror.fail(...Array.from({ length: 20 }, () => ({ kind: 'status', status: 403 }) as const));
    const ran = await update();
    expect(ran.code).toBe(1);
    expect(ran.stderr).toMatch(/^holdfast: .* answers 403.*\[ADVISORIES_UPDATE_FAILED\]\n {2}\S/);
    expect(existsSync(file())).toBe(false);
  });

  test('db import takes a bundle from a server, and keeps the old one when it is broken', async () => {
    await update();
    const environment = { HOLDFAST_ADVISORIES: bench.path('imported.db') };
    const bytes = readFileSync(file());
    mirror.put('/bundle.db', bytes);
    const address = `${mirror.url}/bundle.db`;
    const imported = await bench.run(['db', 'import', address], { environment });
    expect(imported).toMatchObject({ code: 0, stderr: '' });
    for (const broken of [bytes.subarray(0, -100), Buffer.from(bytes).fill(0, 900, 1000)]) {
      mirror.put('/bundle.db', broken);
      const ran = await bench.run(['db', 'import', address], { environment });
      expect(ran.code).toBe(1);
      expect(ran.stderr).toMatch(/\[ADVISORIES_CORRUPT\]\n {2}\S/);
      expect(readFileSync(bench.path('imported.db')).equals(bytes)).toBe(true);
    }
    writeFileSync(bench.path('bundle.db'), bytes);
    expect((await bench.run(['db', 'import', 'bundle.db'], { environment })).code).toBe(0);
    const missing = await bench.run(['db', 'import', `${mirror.url}/absent`], { environment });
    expect(missing).toMatchObject({ code: 1 });
    expect(missing.stderr).toMatch(/answers 404.*\[ADVISORIES_FETCH_FAILED\]\n {2}\S/);
  });
});
