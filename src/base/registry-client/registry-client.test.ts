import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import {
  createRegistryClient,
  type RegistryClient,
  type RegistryOptions,
} from '#base/registry-client/registry-client.ts';
import { parseDigest } from '#core/digest.ts';
import { startServer } from '../../../test/fakes/http-server.ts';
import {
  type RegistryOptions as FakeOptions,
  type FakeRegistry,
  type Fault,
  startRegistry,
  type TestDescriptor,
} from '../../../test/fakes/registry.ts';

const open: { close(): Promise<unknown> }[] = [];
const folders: string[] = [];
// Not after each test: some run beside each other.
afterAll(async () => {
  await Promise.all(open.map((one) => one.close()));
  for (const folder of folders) rmSync(folder, { recursive: true });
});

async function registry(options: FakeOptions = {}): Promise<FakeRegistry> {
  const started = await startRegistry(options);
  open.push(started);
  return started;
}

function client(to: { readonly host: string }, options: Partial<RegistryOptions> = {}): RegistryClient {
  const made = createRegistryClient({
    registry: to.host,
    repository: 'team/app',
    verify: true,
    environment: { HOME: '/nowhere', XDG_RUNTIME_DIR: '/nowhere' },
    sleep: async () => undefined,
    timeouts: { headersMs: 500, stallMs: 500, connectMs: 500 },
    ...options,
  });
  open.push(made);
  return made;
}

/** An environment in which someone has logged in. */
function loggedIn(host: string, entry: object): Record<string, string> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-login-'));
  folders.push(folder);
  const file = join(folder, 'auth.json');
  writeFileSync(file, JSON.stringify({ auths: { [host]: entry } }));
  return { REGISTRY_AUTH_FILE: file };
}
const basic = (user: string, password: string) => ({ auth: Buffer.from(`${user}:${password}`).toString('base64') });

async function read(from: RegistryClient, { digest, size }: TestDescriptor): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of from.openBlob({ mediaType: '', digest: parseDigest(digest), sizeBytes: size }))
    chunks.push(chunk);
  return Buffer.concat(chunks);
}
const coded = (code: string) => expect.objectContaining({ code, hint: expect.stringMatching(/./) });
const BYTES = Buffer.from('0123456789'.repeat(50_000));

describe('authentication', () => {
  test('is not needed where nobody asks', async () => {
    const fake = await registry();
    const { digest } = fake.image('1', []);
    expect(await client(fake).getManifest('1')).toMatchObject({ digest });
    expect(fake.seen.map(({ path }) => path)).toEqual(['/v2/', '/v2/team/app/manifests/1']);
    expect(fake.seen[1]?.headers.accept).toContain('application/vnd.docker.distribution.manifest.list.v2+json');
  });

  test('by token works without a login where everyone may read', async () => {
    const fake = await registry({ auth: 'bearer', anonymous: true });
    fake.image('1', []);
    const reader = client(fake);
    await reader.getManifest('1');
    const asked = new URL(fake.seen.find(({ path }) => path.startsWith('/token'))?.path ?? '', fake.url);
    expect(Object.fromEntries(asked.searchParams)).toEqual({ service: 'fake', scope: 'repository:team/app:pull' });
    await read(reader, fake.blob(BYTES, ''));
    expect(fake.seen.filter(({ path }) => path.startsWith('/token'))).toHaveLength(1);
  });

  test('by token with user and password', async () => {
    const fake = await registry({ auth: 'bearer', users: { me: 'secret' } });
    fake.image('1', []);
    await client(fake, { environment: loggedIn(fake.host, basic('me', 'secret')) }).getManifest('1');
    const asked = fake.seen.find(({ path }) => path.startsWith('/token'));
    expect(asked?.headers.authorization).toBe(`Basic ${basic('me', 'secret').auth}`);
    expect(asked?.path).toContain('account=me');
  });

  test('by token with an identity token', async () => {
    const fake = await registry({ auth: 'bearer', identities: ['identity'] });
    fake.image('1', []);
    await client(fake, { environment: loggedIn(fake.host, { identitytoken: 'identity' }) }).getManifest('1');
    expect(Object.fromEntries(fake.forms[0] ?? [])).toMatchObject({
      grant_type: 'refresh_token',
      service: 'fake',
      scope: 'repository:team/app:pull',
    });
    const wrong = client(fake, { environment: loggedIn(fake.host, { identitytoken: 'stale' }) });
    await expect(wrong.getManifest('1')).rejects.toThrow(coded('REGISTRY_DENIED'));
  });

  test('by Basic', async () => {
    const fake = await registry({ auth: 'basic', users: { me: 'secret' } });
    const { digest } = fake.image('1', []);
    const reader = client(fake, { environment: loggedIn(fake.host, basic('me', 'secret')) });
    expect(await reader.getManifest(digest)).toMatchObject({ digest });
  });

  test('is repeated when a token expires', async () => {
    const fake = await registry({ auth: 'bearer', anonymous: true });
    fake.image('1', []);
    const reader = client(fake);
    await reader.getManifest('1');
    fake.expireTokens();
    await reader.getManifest('1');
  });

  test.each(['basic', 'bearer'] as const)('that fails (%s) names docker login, and no secret', async (auth) => {
    const fake = await registry({ auth, users: { me: 'other' } });
    const error = await client(fake, { environment: loggedIn(fake.host, basic('me', 'secret')) })
      .getManifest('1')
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      code: 'REGISTRY_DENIED',
      hint: expect.stringContaining(`docker login ${fake.host}`),
    });
    expect(JSON.stringify(error) + String(error)).not.toContain('secret');
    await expect(client(fake).getManifest('1')).rejects.toThrow(coded('REGISTRY_DENIED'));
  });

  test('is never offered to a host that the registry sends us to', async () => {
    const other = await startServer((_, response) =>
      response.writeHead(401, { 'www-authenticate': `Basic realm="x", Bearer realm="http://127.0.0.1:1/token"` }).end(),
    );
    open.push(other);
    const fake = await registry({
      auth: 'basic',
      users: { me: 'secret' },
      rules: [{ on: /blobs/, fault: { kind: 'answer', status: 307, headers: { location: `${other.url}/x` } } }],
    });
    const reader = client(fake, { environment: loggedIn(fake.host, basic('me', 'secret')) });
    await expect(read(reader, fake.blob(BYTES, ''))).rejects.toThrow(coded('REGISTRY_DENIED'));
    expect(other.seen.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  });

  test('is never sent to a token service without encryption by a registry with it', async () => {
    const plain = await registry({ auth: 'bearer', users: { me: 'secret' } });
    const headers = { 'www-authenticate': `Bearer realm="${plain.url}/token"` };
    const fake = await registry({
      secure: true,
      rules: [{ on: /./, fault: { kind: 'answer', status: 401, headers } }],
    });
    const reader = client(fake, { insecure: true, environment: loggedIn(fake.host, basic('me', 'secret')) });
    await expect(reader.getManifest('1')).rejects.toThrow(coded('REGISTRY_FAILED'));
    expect(plain.seen).toEqual([]);
  });

  test.each<[string, Fault]>([
    ['gives no JSON', { kind: 'answer', status: 200, body: 'token' }],
    ['gives no token', { kind: 'answer', status: 200, body: '{}' }],
    ['gives a token that would break the header', { kind: 'answer', status: 200, body: '{"token":"a\\nb"}' }],
    ['is not there', { kind: 'answer', status: 404 }],
    ['has a fault', { kind: 'answer', status: 500 }],
  ])('ends in an error when the token service %s', async (_name, fault) => {
    const fake = await registry({ auth: 'bearer', anonymous: true, rules: [{ on: /^\/token/, fault }] });
    await expect(client(fake).getManifest('1')).rejects.toThrow(coded('REGISTRY_FAILED'));
  });

  test('asks for what else the registry wants read, and for nothing more', async () => {
    let count = 0;
    const fake = await startServer((request, response) => {
      count += 1;
      if (request.url?.startsWith('/token')) response.end(`{"token":"t${count}"}`);
      else if (count > 4) response.end('{}');
      else {
        const scope = 'repository:team/base:pull repository:team/app:pull,push registry:catalog:*';
        const challenge = `Bearer realm="http://${request.headers.host}/token",error="insufficient_scope",scope="${scope}"`;
        response.writeHead(401, { 'www-authenticate': challenge }).end();
      }
    });
    open.push(fake);
    await client(fake).getManifest('1');
    const asked = fake.seen
      .filter(({ path }) => path.startsWith('/token'))
      .map(({ path }) => new URL(path, fake.url).searchParams.getAll('scope'));
    expect(asked).toEqual([['repository:team/app:pull'], ['repository:team/app:pull', 'repository:team/base:pull']]);
  });
});

describe('answers', () => {
  test.each([
    [403, 'REGISTRY_DENIED'],
    [404, 'REGISTRY_NOT_FOUND'],
    [429, 'REGISTRY_RATE_LIMITED'],
    [500, 'REGISTRY_FAILED'],
    [418, 'REGISTRY_FAILED'],
  ])('of %i are %s, and say what the registry says on one plain line', async (status, code) => {
    const body = JSON.stringify({
      errors: [{ code: 'DENIED', message: `Blocked\n by \u001b[31mpolicy\u202e ${'x'.repeat(1000)}` }],
    });
    const fake = await registry({ rules: [{ on: /manifests/, fault: { kind: 'answer', status, body } }] });
    const error = await client(fake)
      .getManifest('1')
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code, message: expect.stringContaining('(denied: Blocked by [31mpolicy xxx') });
    expect(String(error).length).toBeLessThan(500);
  });

  test('that repeat a secret are not shown', async () => {
    const body = JSON.stringify({ errors: [{ message: `bad ${basic('me', 'secret').auth}` }] });
    const fake = await registry({
      auth: 'basic',
      users: { me: 'secret' },
      rules: [{ on: /manifests/, fault: { kind: 'answer', status: 403, body } }],
    });
    const reader = client(fake, { environment: loggedIn(fake.host, basic('me', 'secret')) });
    await expect(reader.getManifest('1')).rejects.toThrow(
      expect.objectContaining({ message: `${fake.host} denies access to team/app:1` }),
    );
  });

  test.each(['', 'not JSON', '[]', '{"errors":[]}', '{"errors":[1]}', '{"errors":{"message":{}}}'])(
    'of %j are errors all the same',
    async (body) => {
      const fake = await registry({ rules: [{ on: /manifests/, fault: { kind: 'answer', status: 404, body } }] });
      await expect(client(fake).getManifest('1')).rejects.toThrow(coded('REGISTRY_NOT_FOUND'));
    },
  );

  test('that are late by a 503 are waited for', async () => {
    const fake = await registry({ rules: [{ on: /manifests/, times: 2, fault: { kind: 'answer', status: 503 } }] });
    fake.image('1', []);
    await client(fake).getManifest('1');
  });
});

describe('how the registry is reached', () => {
  test('on this machine https is tried when http is not understood', async () => {
    const fake = await registry({ secure: true });
    fake.image('1', []);
    await expect(client(fake).getManifest('1')).rejects.toThrow(coded('HTTP_TLS'));
    await client(fake, { insecure: true }).getManifest('1');
  });

  test('that nobody listens is said', async () => {
    const fake = await startServer(() => undefined);
    await fake.close();
    await expect(client(fake).getManifest('1')).rejects.toThrow(coded('HTTP_UNREACHABLE'));
  });

  test('elsewhere plain http is never tried unless allowed', async () => {
    const error = await client({ host: 'registry.invalid:5000' })
      .getManifest('1')
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      code: 'HTTP_UNREACHABLE',
      message: expect.stringContaining('https://registry.invalid:5000/v2/'),
    });
  });

  test('a host that is none is said', async () => {
    await expect(client({ host: 'registry.example:99999' }).getManifest('1')).rejects.toMatchObject({
      code: 'REFERENCE_INVALID',
    });
  });
});

describe('manifests', () => {
  test('that are not what their digest says are refused, unless nobody verifies', async () => {
    const fake = await registry({ rules: [{ on: /manifests/, fault: { kind: 'replace', body: Buffer.from('{}') } }] });
    const { digest } = fake.image('1', []);
    await expect(client(fake).getManifest(digest)).rejects.toThrow(coded('IMAGE_DIGEST_MISMATCH'));
    await expect(client(fake).getManifest('1')).rejects.toThrow(coded('IMAGE_DIGEST_MISMATCH'));
    expect((await client(fake, { verify: false }).getManifest(digest)).bytes.toString()).toBe('{}');
  });

  test('are named by their bytes when the registry names no digest', async () => {
    const headers = { 'docker-content-digest': 'nonsense' };
    const fake = await registry({ rules: [{ on: /manifests/, fault: { kind: 'headers', headers } }] });
    const { digest } = fake.image('1', []);
    expect((await client(fake).getManifest('1')).digest).toBe(digest);
  });

  test('that are too long are refused', async () => {
    const fake = await registry();
    fake.manifest('1', { long: 'x'.repeat(4 * 1024 * 1024) });
    await expect(client(fake).getManifest('1')).rejects.toThrow(coded('HTTP_TOO_LARGE'));
  });

  test('that break off are asked for again', async () => {
    const fake = await registry({ rules: [{ on: /manifests/, times: 1, fault: { kind: 'drop', bytes: 10 } }] });
    const { digest } = fake.image('1', []);
    expect((await client(fake).getManifest('1')).digest).toBe(digest);
  });
});

describe('blobs', () => {
  const faulty = (fault: Fault, times?: number) =>
    registry({ rules: [{ on: /blobs/, fault, ...(times === undefined ? {} : { times }) }] });

  test('come whole, and empty ones too', async () => {
    const fake = await registry();
    expect((await read(client(fake), fake.blob(BYTES, ''))).equals(BYTES)).toBe(true);
    expect(await read(client(fake), fake.blob(Buffer.alloc(0), ''))).toHaveLength(0);
  });

  test('may lie on another host, which sees no credentials', async () => {
    const store = await startServer((_, response) => response.end(BYTES));
    open.push(store);
    const headers = { location: `${store.url}/bucket?signature=x` };
    const fake = await registry({
      auth: 'bearer',
      anonymous: true,
      rules: [{ on: /blobs/, fault: { kind: 'answer', status: 307, headers } }],
    });
    // The rule comes before the question who asks, so a token is fetched by reading a manifest first.
    fake.image('1', []);
    const reader = client(fake);
    await reader.getManifest('1');
    expect((await read(reader, fake.blob(BYTES, ''))).equals(BYTES)).toBe(true);
    expect(store.seen[0]?.headers.authorization).toBeUndefined();
  });

  test('are resumed where the connection broke', async () => {
    const fake = await faulty({ kind: 'drop', bytes: 200_000 }, 2);
    expect((await read(client(fake), fake.blob(BYTES, ''))).equals(BYTES)).toBe(true);
    const ranges = fake.seen.filter(({ path }) => path.includes('blobs')).map(({ headers }) => headers.range);
    expect(ranges).toEqual([undefined, 'bytes=200000-', 'bytes=400000-']);
  });

  test('are resumed even where Range is ignored', async () => {
    const fake = await registry({
      rules: [
        { on: /blobs/, times: 1, fault: { kind: 'drop', bytes: 200_000 } },
        { on: /blobs/, fault: { kind: 'whole' } },
      ],
    });
    expect((await read(client(fake), fake.blob(BYTES, ''))).equals(BYTES)).toBe(true);
  });

  test('that break off again and again end in an error', async () => {
    const fake = await faulty({ kind: 'drop', bytes: 1_000 });
    await expect(read(client(fake), fake.blob(BYTES, ''))).rejects.toThrow(coded('HTTP_INTERRUPTED'));
    expect(fake.seen.filter(({ path }) => path.includes('blobs'))).toHaveLength(6);
  });

  test.concurrent('that stall end in an error after one more try', async () => {
    const fake = await faulty({ kind: 'stall', bytes: 1_000 });
    await expect(read(client(fake), fake.blob(BYTES, ''))).rejects.toThrow(coded('HTTP_TIMEOUT'));
    expect(fake.seen.filter(({ path }) => path.includes('blobs'))).toHaveLength(2);
  });

  test.concurrent('that never begin end in an error', async () => {
    const fake = await faulty({ kind: 'stall' });
    await expect(read(client(fake), fake.blob(BYTES, ''))).rejects.toThrow(coded('HTTP_TIMEOUT'));
  });

  test.each<[string, Fault]>([
    ['shorter', { kind: 'replace', body: BYTES.subarray(1) }],
    ['longer', { kind: 'replace', body: Buffer.concat([BYTES, BYTES]) }],
    ['shorter without saying so', { kind: 'replace', body: BYTES.subarray(1), unsized: true }],
    ['longer without saying so', { kind: 'replace', body: Buffer.concat([BYTES, BYTES]), unsized: true }],
  ])('that are %s than promised are refused', async (_name, fault) => {
    const fake = await faulty(fault);
    const blob = fake.blob(BYTES, '');
    await expect(read(client(fake), blob)).rejects.toThrow(coded('BLOB_SIZE_MISMATCH'));
    await expect(read(client(fake, { verify: false }), blob)).rejects.toThrow(coded('BLOB_SIZE_MISMATCH'));
  });

  test('of the right length and other content are refused, unless nobody verifies', async () => {
    const fake = await faulty({ kind: 'replace', body: Buffer.alloc(BYTES.length) });
    const blob = fake.blob(BYTES, '');
    await expect(read(client(fake), blob)).rejects.toThrow(coded('IMAGE_DIGEST_MISMATCH'));
    expect(await read(client(fake, { verify: false }), blob)).toHaveLength(BYTES.length);
  });

  test('whose rest is another part than was asked for are refused', async () => {
    const fake = await registry({
      rules: [
        { on: /blobs/, times: 1, fault: { kind: 'drop', bytes: 200_000 } },
        { on: /blobs/, fault: { kind: 'headers', headers: { 'content-range': 'bytes 0-9/10' } } },
      ],
    });
    await expect(read(client(fake), fake.blob(BYTES, ''))).rejects.toThrow(coded('BLOB_SIZE_MISMATCH'));
  });

  test('that end before the rest that was asked for are refused', async () => {
    const fake = await registry({
      rules: [
        { on: /blobs/, times: 1, fault: { kind: 'drop', bytes: 200_000 } },
        { on: /blobs/, fault: { kind: 'answer', status: 416 } },
      ],
    });
    await expect(read(client(fake), fake.blob(BYTES, ''))).rejects.toThrow(coded('BLOB_SIZE_MISMATCH'));
  });

  test('by sha512 are verified too', async () => {
    const fake = await registry();
    expect(await read(client(fake), fake.blob(BYTES, '', 'sha512'))).toHaveLength(BYTES.length);
    const wrong = await faulty({ kind: 'replace', body: Buffer.alloc(BYTES.length) });
    await expect(read(client(wrong), wrong.blob(BYTES, '', 'sha512'))).rejects.toThrow(coded('IMAGE_DIGEST_MISMATCH'));
  });

  test('cost nothing until they are read, and no more than what was read', async () => {
    const fake = await registry();
    const blob = fake.blob(BYTES, '');
    const chunks = client(fake).openBlob({ mediaType: '', digest: parseDigest(blob.digest), sizeBytes: blob.size });
    expect(fake.seen).toEqual([]);
    for await (const chunk of chunks) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
  });
});
