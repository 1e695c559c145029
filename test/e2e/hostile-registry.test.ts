import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { ScanReport } from '#api/scan-report.ts';
import { gzipBomb } from '../fakes/hostile.ts';
import { type FakeRegistry, type Fault, type RegistryOptions, startRegistry } from '../fakes/registry.ts';
import { tarOf } from '../fakes/tar.ts';
import { expectDecent, expectRefused } from '../harness/expect-ran.ts';
import { type Bench, type Ran, startBench } from '../harness/holdfast.ts';

const STATUS = 'Package: planted\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.0-1\n\n';
const LAYER = tarOf([
  { name: 'etc/os-release', body: 'ID=debian\nVERSION_ID=12\n' },
  { name: 'var/lib/dpkg/status', body: STATUS },
  { name: 'usr/share/filler', body: Buffer.alloc(400_000, 'filler') },
]);
const MANIFEST = /\/manifests\//;
const BLOB = /\/blobs\//;
const LAYER_BLOB = new RegExp(`/blobs/sha256:${createHash('sha256').update(LAYER).digest('hex')}`);
const HTML = '<!doctype html><title>Log in</title>';
const answer = (status: number, headers: Record<string, string> = {}, body = ''): Fault => ({
  kind: 'answer',
  status,
  headers,
  body,
});

let bench: Bench;
let fake: FakeRegistry | undefined;
beforeAll(() => {
  bench = startBench();
});
afterAll(() => bench.remove());
afterEach(async () => {
  await fake?.close();
  fake = undefined;
});

/** Scans `team/app:1` of a registry that behaves like this. */
async function pull(options: RegistryOptions, layers: readonly Buffer[] = [LAYER]): Promise<Ran> {
  fake = await startRegistry(options);
  return pullFrom(fake, layers);
}

async function pullFrom(registry: FakeRegistry, layers: readonly Buffer[] = [LAYER]): Promise<Ran> {
  registry.image('1', layers, { architecture: process.arch === 'x64' ? 'amd64' : process.arch });
  const target = `registry:${registry.host}/team/app:1`;
  const ran = await bench.run(['scan', target, '--format', 'json', '--no-cache'], { limitMs: 170_000 });
  expectDecent(ran);
  return ran;
}
const rule = (on: RegExp, fault: Fault, times?: number) => ({
  rules: [{ on, fault, ...(times === undefined ? {} : { times }) }],
});
const names = ({ stdout }: Ran) => (JSON.parse(stdout) as ScanReport).packages.map(({ name }) => name);

describe('a registry that misbehaves', () => {
  // It takes the program most of a minute to give up on these: they wait beside the other tests.
  let stalling: readonly FakeRegistry[] = [];
  let stalled: Promise<readonly Ran[]> = Promise.resolve([]);
  beforeAll(async () => {
    const stalls = [rule(MANIFEST, { kind: 'stall' }), rule(LAYER_BLOB, { kind: 'stall', bytes: 1000 })];
    stalling = await Promise.all(stalls.map(startRegistry));
    stalled = Promise.all(stalling.map((one) => pullFrom(one)));
    // It is awaited below.
    stalled.catch(() => undefined);
  });
  afterAll(async () => {
    await stalled.catch(() => undefined);
    await Promise.all(stalling.map((one) => one.close()));
  });

  const rows: readonly (readonly [title: string, code: string, options: RegistryOptions])[] = [
    ['wants a password', 'REGISTRY_DENIED', { auth: 'basic' }],
    ['gives no token', 'REGISTRY_DENIED', { auth: 'bearer' }],
    [
      'names a token service that is not there',
      'HTTP_UNREACHABLE',
      rule(/^\/v2\//, answer(401, { 'www-authenticate': 'Bearer realm="http://127.0.0.1:1/token"' })),
    ],
    ['forbids', 'REGISTRY_DENIED', rule(MANIFEST, answer(403))],
    ['does not know the tag', 'REGISTRY_NOT_FOUND', rule(MANIFEST, answer(404))],
    ['has lost a layer', 'REGISTRY_NOT_FOUND', rule(BLOB, answer(404))],
    [
      'refuses more requests for an hour',
      'REGISTRY_RATE_LIMITED',
      rule(MANIFEST, answer(429, { 'retry-after': '3600' })),
    ],
    ['refuses more requests', 'REGISTRY_RATE_LIMITED', rule(MANIFEST, answer(429))],
    ['always fails', 'REGISTRY_FAILED', rule(MANIFEST, answer(500, {}, 'oops'))],
    ['is a teapot', 'REGISTRY_FAILED', rule(MANIFEST, answer(418))],
    ['answers with a page', 'MANIFEST_INVALID', rule(MANIFEST, answer(200, { 'content-type': 'text/html' }, HTML))],
    ['sends another manifest', 'IMAGE_DIGEST_MISMATCH', rule(MANIFEST, { kind: 'replace', body: Buffer.from('{}') })],
    ['answers with nothing', 'MANIFEST_INVALID', rule(MANIFEST, answer(200))],
    [
      'has a manifest of 50 MB',
      'HTTP_TOO_LARGE',
      rule(MANIFEST, { kind: 'replace', body: Buffer.alloc(50_000_000, ' ') }),
    ],
    [
      'sends it without end',
      'HTTP_TOO_LARGE',
      rule(MANIFEST, { kind: 'replace', body: Buffer.alloc(50_000_000, ' '), unsized: true }),
    ],
    [
      'sends other bytes of the same length',
      'IMAGE_DIGEST_MISMATCH',
      rule(LAYER_BLOB, { kind: 'replace', body: Buffer.alloc(LAYER.length) }),
    ],
    [
      'sends more than it said',
      'BLOB_SIZE_MISMATCH',
      rule(LAYER_BLOB, { kind: 'replace', body: Buffer.alloc(LAYER.length * 2), unsized: true }),
    ],
    ['sends less than it said', 'BLOB_SIZE_MISMATCH', rule(LAYER_BLOB, { kind: 'replace', body: Buffer.alloc(100) })],
    ['always drops the connection', 'HTTP_INTERRUPTED', rule(BLOB, { kind: 'drop', bytes: 1000 })],
    ['redirects in a circle', 'HTTP_REDIRECT', rule(BLOB, answer(307, { location: '?again' }))],
    ['redirects to a file', 'HTTP_URL_INVALID', rule(BLOB, answer(307, { location: 'file:///etc/passwd' }))],
    ['speaks TLS that nobody vouches for', 'HTTP_TLS', { secure: true }],
  ];
  test.each(rows)('%s: %s', async (_, code, options) => {
    expectRefused(await pull(options), code);
  });

  test('holds a bomb: DECOMPRESS_LIMIT', async () => {
    expectRefused(await pull({}, [gzipBomb(4)]), 'DECOMPRESS_LIMIT');
  });

  test.each([
    ['fails once', rule(MANIFEST, answer(503), 1)],
    ['asks for a second of patience', rule(MANIFEST, answer(429, { 'retry-after': '1' }), 1)],
    ['drops the connection once', rule(BLOB, { kind: 'drop', bytes: 1000 }, 1)],
    ['gives tokens to anyone', { auth: 'bearer', anonymous: true } as const],
  ])('%s: no failure', async (_, options) => {
    const ran = await pull(options);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(names(ran)).toEqual(['planted']);
  });

  test('what it says does not reach the terminal as it is', async () => {
    const message = '\u001b]0;owned\u0007\u001b[2J\u202etxt.exe\r\nholdfast: all is well';
    const body = JSON.stringify({ errors: [{ code: 'DENIED', message }] });
    const ran = await pull(rule(MANIFEST, answer(403, {}, body)));
    expectRefused(ran, 'REGISTRY_DENIED');
    expect(ran.stderr).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]/);
    expect(ran.stderr.match(/^holdfast: /gm)).toHaveLength(1);
  });

  test('has no image for this platform: the ones that it has are named', async () => {
    fake = await startRegistry();
    const { mediaType, digest, size } = fake.image('s390x', [LAYER], { architecture: 's390x' });
    const manifests = [{ mediaType, digest, size, platform: { os: 'linux', architecture: 's390x' } }];
    const type = 'application/vnd.oci.image.index.v1+json';
    fake.manifest('multi', { schemaVersion: 2, mediaType: type, manifests }, type);
    const scan = (...args: readonly string[]) =>
      bench.run(['scan', `registry:${fake?.host}/team/app:multi`, '--format', 'json', '--no-cache', ...args]);
    const ran = await scan();
    expectRefused(ran, 'PLATFORM_NOT_FOUND');
    expect(ran.stderr).toContain('linux/s390x');
    expect(names(await scan('--platform', 'linux/s390x'))).toEqual(['planted']);
  });

  test('never answers, or stalls in the middle: HTTP_TIMEOUT', async () => {
    const ran = await stalled;
    expect(ran).toHaveLength(2);
    for (const one of ran) expectRefused(one, 'HTTP_TIMEOUT');
  });
});

describe('logins that do not work', () => {
  const withConfig = (config: string) => {
    mkdirSync(bench.path('docker'), { recursive: true });
    writeFileSync(bench.path('docker/config.json'), config.replaceAll('HOST', fake?.host ?? ''));
  };
  async function pullAs(config: string): Promise<Ran> {
    fake = await startRegistry({ auth: 'basic', users: { me: 'secret-word' } });
    fake.image('1', [LAYER], { architecture: process.arch === 'x64' ? 'amd64' : process.arch });
    withConfig(config);
    const environment = { DOCKER_CONFIG: bench.path('docker') };
    const ran = await bench.run(['scan', `registry:${fake.host}/team/app:1`, '--format', 'json', '--no-cache'], {
      environment,
    });
    expectDecent(ran);
    expect(ran.stderr).not.toContain('secret-word');
    return ran;
  }
  const basic = (text: string) => Buffer.from(text).toString('base64');

  test('a right one does', async () => {
    expect(names(await pullAs(`{"auths":{"HOST":{"auth":"${basic('me:secret-word')}"}}}`))).toEqual(['planted']);
  });

  test.each([
    ['a wrong password', `{"auths":{"HOST":{"auth":"${basic('me:wrong')}"}}}`, 'REGISTRY_DENIED'],
    ['a file that is no JSON', '{"auths":', 'REGISTRY_AUTH_FILE_INVALID'],
    ['a helper that is not there', '{"credHelpers":{"HOST":"absent-helper"}}', 'REGISTRY_CREDENTIALS_FAILED'],
    ['a helper with a path', '{"credHelpers":{"HOST":"../../bin/sh"}}', 'REGISTRY_CREDENTIALS_FAILED'],
  ])('%s', async (_, config, code) => {
    // The operator's own files are usage.
    expectRefused(await pullAs(config), code, code === 'REGISTRY_DENIED' ? 1 : 2);
  });
});
