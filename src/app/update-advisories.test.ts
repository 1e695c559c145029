import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openAdvisories } from '#advisory/store/open.ts';
import type { FetchAnswer } from '#app/http-answer.ts';
import { updateAdvisories } from '#app/update-advisories.ts';
import { createHttpClient, type HttpClient } from '#base/http/client.ts';
import { openRequest } from '#base/http/request.ts';
import { makeZip } from '#base/zip/zip.fixture.ts';
import { type FakeServer, startServer } from '../../test/fakes/http-server.ts';

/** A busy machine is no failure. */
vi.setConfig({ testTimeout: 60_000 });

const root = mkdtempSync(join(tmpdir(), 'holdfast-update-'));
afterAll(() => rmSync(root, { recursive: true }));

const NOW = new Date('2026-03-01T00:00:00Z');

/** An export of one record, large enough to break off in. */
function exported(ecosystem: string, id: string): Buffer {
  const details = createHash('sha512').update(id).digest('hex').repeat(2000);
  const record = {
    id,
    modified: '2024-01-01T00:00:00Z',
    details,
    affected: [{ package: { ecosystem, name: 'p' }, versions: ['1'] }],
  };
  return makeZip([{ name: `${id}.json`, bytes: Buffer.from(JSON.stringify(record)), stored: true }]);
}

/** A server of files that knows validators, ranges and checksums, and can be told to misbehave. */
interface Mirror {
  readonly files: Map<string, Buffer>;
  /** Sends only so many bytes of the next answers to a path, then breaks off. */
  readonly breakAfter: Map<string, number[]>;
  /** Answers with this status instead. */
  readonly refuse: Map<string, number>;
  /** What the checksum is said to be of. */
  hashOf: (bytes: Buffer) => Buffer;
  validators: boolean;
}

let mirror: Mirror;
let server: FakeServer;
let client: HttpClient;
let file: string;
let runs = 0;

function answer(request: IncomingMessage, response: ServerResponse): void {
  const path = request.url ?? '';
  const status = mirror.refuse.get(path);
  const bytes = mirror.files.get(path);
  if (status !== undefined || bytes === undefined) {
    response.writeHead(status ?? 404).end();
    return;
  }
  const etag = `"${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}"`;
  if (mirror.validators && request.headers['if-none-match'] === etag) {
    response.writeHead(304, { etag }).end();
    return;
  }
  const asked = /^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1];
  const start = asked !== undefined && request.headers['if-range'] === etag ? Number(asked) : 0;
  const body = bytes.subarray(start);
  response.writeHead(start > 0 ? 206 : 200, {
    'content-length': body.length,
    'x-goog-hash': `crc32c=AAAAAA==,md5=${createHash('md5').update(mirror.hashOf(bytes)).digest('base64')}`,
    ...(mirror.validators ? { etag } : {}),
    ...(start > 0 ? { 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` } : {}),
  });
  const cut = mirror.breakAfter.get(path)?.shift();
  if (cut === undefined) response.end(body);
  else response.write(body.subarray(0, cut), () => setTimeout(() => response.destroy(), 20));
}

beforeEach(async () => {
  runs += 1;
  file = join(root, String(runs), 'advisories.db');
  server = await startServer(answer);
  mirror = {
    files: new Map([
      ['/osv/npm/all.zip', exported('npm', 'GHSA-a')],
      ['/osv/Rocky%20Linux/all.zip', exported('Rocky Linux:9', 'RLSA-1')],
      ['/kev', Buffer.from('{"vulnerabilities":[{"cveID":"CVE-2024-1000","dateAdded":"2024-02-01"}]}')],
      [
        '/epss',
        Buffer.from(
          '#model_version:v1,score_date:2026-02-28T00:00:00+0000\ncve,epss,percentile\nCVE-2024-1000,0.5,0.9\n',
        ),
      ],
    ]),
    breakAfter: new Map(),
    refuse: new Map(),
    hashOf: (bytes) => bytes,
    validators: true,
  };
  client = createHttpClient({ environment: {}, sleep: async () => undefined });
});
afterEach(async () => {
  await client.close();
  await server.close();
});

async function update(...ecosystems: string[]) {
  const environment = {
    HOLDFAST_OSV_URL: `${server.url}/osv/`,
    HOLDFAST_KEV_URL: `${server.url}/kev`,
    HOLDFAST_EPSS_URL: `${server.url}/epss`,
  };
  const fetch: FetchAnswer = (request) => openRequest(client, request);
  return updateAdvisories({ ecosystems, file, environment, now: NOW }, { fetch, sleep: async () => undefined });
}

function ids(ecosystem: string): readonly string[] {
  const advisories = openAdvisories(file);
  try {
    return advisories.lookup(ecosystem, 'p').map(({ id }) => id);
  } finally {
    advisories.close();
  }
}

describe('an update', () => {
  it('fetches what was asked for, and scores', async () => {
    const updated = await update('npm', 'Rocky Linux:9');
    expect(updated).toMatchObject({
      rebuilt: true,
      fetched: ['Rocky Linux', 'npm', 'KEV', 'EPSS'],
      failed: [],
      problems: [],
      info: { records: 2, builtAt: '2026-03-01T00:00:00.000Z', sources: ['Rocky Linux', 'npm', 'KEV', 'EPSS'] },
    });
    expect(ids('npm')).toEqual(['GHSA-a']);
    expect(ids('Rocky Linux:9')).toEqual(['RLSA-1']);
    const advisories = openAdvisories(file);
    expect(advisories.exploitation('CVE-2024-1000')).toMatchObject({
      knownExploitedSince: '2024-02-01',
      epss: { score: 0.5 },
    });
    advisories.close();
  });

  it('asks for what it has only whether it changed, and for all that it ever fetched', async () => {
    await update('npm', 'Rocky Linux');
    const before = readFileSync(file);
    const again = await update();
    expect(again).toMatchObject({ rebuilt: false, fetched: [], failed: [] });
    expect(server.seen.slice(4).every(({ headers }) => headers['if-none-match'] !== undefined)).toBe(true);
    expect(readFileSync(file).equals(before)).toBe(true);
    mirror.files.set('/osv/npm/all.zip', exported('npm', 'GHSA-b'));
    expect(await update()).toMatchObject({ rebuilt: true, fetched: ['npm'] });
    expect(ids('npm')).toEqual(['GHSA-b']);
    expect(ids('Rocky Linux:9')).toEqual(['RLSA-1']);
  });

  it('makes the file anew when it is gone or damaged, without fetching', async () => {
    await update('npm');
    writeFileSync(file, 'damaged');
    expect(await update()).toMatchObject({ rebuilt: true, fetched: [] });
    expect(ids('npm')).toEqual(['GHSA-a']);
  });

  it('goes on where a download broke off', async () => {
    mirror.breakAfter.set('/osv/npm/all.zip', [50_000, 60_000]);
    expect(await update('npm')).toMatchObject({ rebuilt: true, failed: [] });
    const ranges = server.seen.filter(({ path }) => path.includes('npm')).map(({ headers }) => headers.range);
    expect(ranges).toEqual([undefined, 'bytes=50000-', 'bytes=110000-']);
    expect(ids('npm')).toEqual(['GHSA-a']);
  });

  it('goes on where the last one broke off, unless the server has something else by now', async () => {
    const path = '/osv/npm/all.zip';
    mirror.breakAfter.set(path, [50_000, 0, 0, 0]);
    await expect(update('npm')).rejects.toMatchObject({ code: 'ADVISORIES_UPDATE_FAILED' });
    expect(existsSync(file)).toBe(false);
    mirror.files.set(path, exported('npm', 'GHSA-changed'));
    mirror.breakAfter.delete(path);
    await update('npm');
    expect(server.seen.filter((seen) => seen.path === path).at(-1)?.headers.range).toBe('bytes=50000-');
    expect(ids('npm')).toEqual(['GHSA-changed']);
  });

  it('begins again where the server has no validators', async () => {
    mirror.validators = false;
    mirror.breakAfter.set('/osv/npm/all.zip', [50_000]);
    await update('npm');
    expect(server.seen.filter(({ path }) => path.includes('npm')).map(({ headers }) => headers.range)).toEqual([
      undefined,
      undefined,
    ]);
    expect(ids('npm')).toEqual(['GHSA-a']);
  });
});

describe('an update that fails in part', () => {
  it('uses the earlier copy and says so', async () => {
    await update('npm', 'Rocky Linux');
    mirror.refuse.set('/osv/npm/all.zip', 403);
    mirror.files.set('/osv/Rocky%20Linux/all.zip', exported('Rocky Linux:9', 'RLSA-2'));
    const updated = await update();
    expect(updated).toMatchObject({ rebuilt: true, fetched: ['Rocky Linux'], failed: ['npm'] });
    expect(updated.problems[0]?.message).toContain('the copy that was fetched earlier is used');
    expect([ids('npm'), ids('Rocky Linux:9')]).toEqual([['GHSA-a'], ['RLSA-2']]);
  });

  it('goes without an ecosystem that is not known, and says so', async () => {
    const updated = await update('npm', 'Nonsense');
    expect(updated).toMatchObject({ failed: ['Nonsense'], info: { sources: ['npm', 'KEV', 'EPSS'] } });
    expect(updated.problems[0]).toMatchObject({ code: 'ADVISORIES_FETCH_REFUSED' });
  });

  it.each<[string, () => void]>([
    [
      'another checksum',
      () => {
        mirror.hashOf = () => Buffer.from('other');
      },
    ],
    [
      'a page of a portal',
      () => {
        mirror.files.set('/osv/npm/all.zip', Buffer.from('<html>Log in</html>'));
      },
    ],
    [
      'half an archive',
      () => {
        mirror.files.set('/osv/npm/all.zip', exported('npm', 'GHSA-c').subarray(0, 40_000));
      },
    ],
    [
      'nothing',
      () => {
        mirror.refuse.set('/osv/npm/all.zip', 404);
      },
    ],
    [
      'an empty archive',
      () => {
        mirror.files.set('/osv/npm/all.zip', makeZip([]));
      },
    ],
  ])('leaves the file whole when the server sends %s', async (_, misbehave) => {
    await update('npm');
    const before = readFileSync(file);
    mirror.files.set('/osv/npm/all.zip', exported('npm', 'GHSA-b'));
    misbehave();
    await update().catch(() => undefined);
    expect(readFileSync(file).equals(before)).toBe(true);
    mirror.hashOf = (bytes) => bytes;
    mirror.refuse.clear();
    mirror.files.set('/osv/npm/all.zip', exported('npm', 'GHSA-d'));
    await update();
    expect(ids('npm')).toEqual(['GHSA-d']);
    expect(readdirSync(join(file, '..'))).toEqual(['advisories.db', 'advisories.db.downloads']);
  });
});

describe('an update is refused', () => {
  it('when no ecosystem is asked for and none is held', async () => {
    await expect(update()).rejects.toMatchObject({ code: 'ADVISORIES_ECOSYSTEM_MISSING', kind: 'usage' });
  });

  it.each(['../x', '', 'a/b', '%2e'])('for the ecosystem %j', async (name) => {
    await expect(update(name)).rejects.toMatchObject({ code: 'ADVISORIES_ECOSYSTEM_INVALID', kind: 'usage' });
  });

  it('while another one is running, but not because of one that died', async () => {
    await update('npm');
    const lock = join(`${file}.downloads`, 'lock');
    writeFileSync(lock, String(process.ppid));
    await expect(update('npm')).rejects.toMatchObject({ code: 'ADVISORIES_UPDATE_RUNNING' });
    writeFileSync(lock, '999999999');
    await update('npm');
    expect(existsSync(lock)).toBe(false);
  });
});
