import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findCredentials } from '#app/volume/repositories/credentials.ts';
import type { RepositorySettings } from '#app/volume/repositories/settings.ts';
import type { GatheredSnapshot } from '#app/volume/retention/gather-snapshots.ts';
import { judgeVolume } from '#app/volume/retention/judge-volume.ts';
import { lazyReader } from '#app/volume/retention/lazy-reader.ts';
import type { KnownSnapshot } from '#app/volume/snapshot/known-snapshots.ts';
import { OWN_TAG } from '#volume/snapshot/tags.ts';
import { type S3Stub, startS3Stub } from '../fakes/s3-server.ts';
import { type Bench, startBench } from '../harness/holdfast.ts';
import { resticPlace } from '../harness/restic-place.ts';
import { type SftpServer, startSftpServer } from '../harness/sftp-server.ts';
import { needs } from '../harness/skip.ts';
import { type StartedServer, startServer } from '../harness/started-server.ts';

/** One kind of server, with a repository that restic made through it. */
interface Remote {
  readonly location: string;
  readonly options?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Changes one byte in the midst of each of the repository's packs that hold files' content. */
  flip(): void;
}

let bench: Bench;
beforeEach(() => {
  bench = startBench();
});
afterEach(() => bench.remove());

const LARGE = randomBytes(700_000);

/** Everything that reads a repository without restic, as a user does it. */
async function readsWithoutRestic({ location, options = [], environment = {}, flip }: Remote): Promise<void> {
  const home = { HOLDFAST_HOME: bench.path('holdfast') };
  const withRestic = { environment: { ...home, ...environment } };
  // Whoever starts restic from here on fails.
  const without = { environment: { ...withRestic.environment, HOLDFAST_RESTIC: '/nowhere/restic' } };
  const run = (how: typeof withRestic, ...args: readonly string[]) => bench.run(['volume', ...args], how);
  const ok = async (how: typeof withRestic, ...args: readonly string[]) => {
    const ran = await run(how, ...args);
    expect(ran, ran.stderr).toMatchObject({ code: 0 });
    return ran.stdout;
  };
  expect(await bench.run(['init'], withRestic)).toMatchObject({ code: 0 });
  mkdirSync(bench.path('data'));
  writeFileSync(bench.path('data/large'), LARGE);
  writeFileSync(bench.path('data/small'), 'small and whole\n');
  writeFileSync(bench.path('password'), 'of the repository\n', { mode: 0o600 });
  const where = ['--location', location, ...options.map((option) => `--option=${option}`)];
  await ok(withRestic, 'repo', 'init', 'off', ...where, '--password-file', bench.path('password'));
  const id = await stored(location, options, environment);

  const whole = JSON.parse(await ok(without, 'verify', '--repo', 'off', '--format', 'json'));
  expect(whole).toMatchObject({ directory: location, damage: [], snapshots: [{}] });
  expect(whole.snapshots[0].snapshot.startsWith(id)).toBe(true);
  const inData = `${bench.path('data').slice(1)}/`;
  expect(await ok(without, 'browse', id, inData, '--from-root', '--repo', 'off')).toMatch(/large\n.*small\n/);
  const out = bench.path('streamed');
  await ok(without, ...['browse', id, `${inData}large`, '--from-root', '--repo', 'off', '--output', out]);
  expect(readFileSync(out).equals(LARGE)).toBe(true);

  flip();
  const damaged = await run(without, 'verify', '--repo', 'off', '--format', 'json');
  expect(damaged, damaged.stderr).toMatchObject({ code: 3 });
  expect(JSON.parse(damaged.stdout).damage).toMatchObject([{ kind: 'pack-damaged' }]);
  const left = ['--bind', bench.path('data'), '--repo', 'off', '--what-is-left', '--target', bench.path('left')];
  const rest = await run(without, 'restore', id, ...left);
  expect(rest, rest.stderr).toMatchObject({ code: 3 });
  expect(rest.stdout + rest.stderr).toContain('large');
  expect(readFileSync(bench.path('left/small'), 'utf8')).toBe('small and whole\n');
}

/** A snapshot of the directory `data` as one of ours would be, made without an engine. @returns the beginning of its id */
async function stored(
  location: string,
  options: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<string> {
  const place = resticPlace();
  try {
    const passwordFile = bench.path('password');
    const access = { location, options, passwordFile, credentials: findCredentials(location, undefined, environment) };
    const tags = [OWN_TAG, `bind=${bench.path('data')}`];
    return (await place.engine(access).pass({ paths: [bench.path('data')], host: 'this-host', tags })).shortId;
  } finally {
    place.remove();
  }
}

/** The packs of a repository in a directory; the largest ones hold files. */
function flipIn(directory: string): void {
  for (const folder of readdirSync(join(directory, 'data'))) {
    for (const name of readdirSync(join(directory, 'data', folder))) {
      const path = join(directory, 'data', folder, name);
      const bytes = readFileSync(path);
      if (flipped(bytes)) writeFileSync(path, bytes);
    }
  }
}

function flipped(bytes: Buffer): boolean {
  const at = bytes.length >> 1;
  if (bytes.length < 500_000) return false;
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return true;
}

needs(
  'restic',
  'sshd',
  'ssh-keygen',
)('a repository behind sftp', () => {
  let server: SftpServer;
  beforeEach(async () => {
    server = await startSftpServer(bench.path('ssh'));
  });
  afterEach(() => server.stop());

  it('is verified, browsed and restored from without restic', async () => {
    const there = bench.path('there');
    const location = `sftp:${server.user}@127.0.0.1:${there}`;
    await readsWithoutRestic({ location, options: [server.option], flip: () => flipIn(there) });
  });
});

needs('restic', 'rclone')('a repository behind restic’s REST protocol (rclone serve restic)', () => {
  let server: StartedServer;
  const login = { RESTIC_REST_USERNAME: 'holdfast', RESTIC_REST_PASSWORD: 'pass/word:@%1' };
  beforeEach(async () => {
    const args = (port: number) => ['serve', 'restic', '--addr', `127.0.0.1:${port}`, bench.path('there')];
    const { RESTIC_REST_USERNAME: RCLONE_USER, RESTIC_REST_PASSWORD: RCLONE_PASS } = login;
    server = await startServer('rclone', args, { HOME: bench.path(), RCLONE_USER, RCLONE_PASS });
  });
  afterEach(() => server.stop());

  it('is verified, browsed and restored from without restic', async () => {
    const location = `rest:http://127.0.0.1:${server.port}/`;
    await readsWithoutRestic({ location, environment: login, flip: () => flipIn(bench.path('there')) });
  });

  it('is looked into for signs of ransomware', async () => {
    const place = resticPlace();
    const location = `rest:http://127.0.0.1:${server.port}/`;
    const access = { ...place.access, location, credentials: findCredentials(location, undefined, login) };
    const settings = { name: 'off', id: '0'.repeat(64) } as RepositorySettings;
    const engine = place.engine(access);
    const reader = lazyReader({ settings, access, environment: {} });
    try {
      await engine.init();
      for (const step of [1, 2, 3, 4, 5, 6, 7, 8]) {
        for (let file = 0; file < 20; file += 1) {
          // Two are edited each time, and at last all are noise under other names.
          const text = `${file} ${file % 10 === step ? 'edited' : ''} and the usual text `.repeat(300);
          place.file(`data/${file}${step === 8 ? '.locked' : '.txt'}`, step === 8 ? randomBytes(4000) : text);
          if (step === 8) rmSync(place.path(`data/${file}.txt`));
        }
        const labels = { host: 'this-host', tags: [OWN_TAG, `bind=${place.path('data')}`] };
        await engine.pass({ paths: [place.path('data')], ...labels });
      }
      const recorded = { files: 21, bytes: 100_000, dumps: [] } as unknown as KnownSnapshot;
      const rows = await engine.snapshots();
      const snapshots = rows.map((row, index): GatheredSnapshot => {
        return { id: row.id, time: row.time, standing: 'good', position: index, row, recorded };
      });
      const before = { open: new Map(), history: new Map() };
      const signs = await judgeVolume({ settings }, reader, place.path('data'), snapshots, before);
      expect(signs).toMatchObject({ state: 'raised', raised: [{ snapshot: snapshots.at(-1)?.id }] });
      expect(signs.raised[0]?.signs.map(({ kind }) => kind)).toEqual(['scrambled', 'renamed']);
    } finally {
      await reader.close();
      place.remove();
    }
  });
});

needs('restic')('a repository in S3 (a stub that checks signatures)', () => {
  let stub: S3Stub;
  const key = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI-EXAMPLE-KEY' };
  beforeEach(async () => {
    stub = await startS3Stub(key.AWS_ACCESS_KEY_ID, key.AWS_SECRET_ACCESS_KEY);
  });
  afterEach(() => stub.stop());

  it('is verified, browsed and restored from without restic', async () => {
    const location = `s3:http://127.0.0.1:${stub.port}/bucket/of host+1`;
    const flip = () => {
      for (const [name, bytes] of stub.objects) if (name.includes('/data/')) flipped(bytes);
    };
    await readsWithoutRestic({ location, environment: key, flip });
  });
});
