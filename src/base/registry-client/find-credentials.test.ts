import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findCredentials } from '#base/registry-client/find-credentials.ts';

let home = '';
let environment: Record<string, string> = {};
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'holdfast-auth-'));
  environment = { HOME: home, XDG_RUNTIME_DIR: join(home, 'run'), PATH: `${home}:/usr/bin:/bin` };
});
afterEach(() => rmSync(home, { recursive: true }));

function write(path: string, content: unknown): string {
  const file = join(home, path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}
const entry = (user: string, password = 'secret') => ({ auth: Buffer.from(`${user}:${password}`).toString('base64') });
const find = (registry = 'registry.example', repository = 'team/app') =>
  findCredentials(registry, repository, environment);
const user = async (registry?: string, repository?: string) => {
  const found = await find(registry, repository);
  return found?.kind === 'password' ? found.username : found;
};

/** A program of the credential protocol; its script reads the host into $host. */
function program(name: string, script: string): void {
  writeFileSync(join(home, `docker-credential-${name}`), `#!/bin/sh\nhost=$(cat)\n${script}\n`);
  chmodSync(join(home, `docker-credential-${name}`), 0o755);
}

describe('files', () => {
  test('that are not there mean anonymous', async () => {
    expect(await find()).toBeUndefined();
  });

  test('are asked in turn: this login, this user, Docker', async () => {
    write('.docker/config.json', { auths: { 'registry.example': entry('docker') } });
    expect(await user()).toBe('docker');
    write('.config/containers/auth.json', { auths: { 'registry.example': entry('config') } });
    expect(await user()).toBe('config');
    write('run/containers/auth.json', { auths: { 'registry.example': entry('run') } });
    expect(await user()).toBe('run');
    write('run/containers/auth.json', { auths: { 'other.example': entry('run') } });
    expect(await user()).toBe('config');
  });

  test('named by REGISTRY_AUTH_FILE are asked alone, and DOCKER_CONFIG names a directory', async () => {
    write('.docker/config.json', { auths: { 'registry.example': entry('docker') } });
    environment['REGISTRY_AUTH_FILE'] = write('named.json', { auths: { 'other.example': entry('named') } });
    expect(await user('other.example')).toBe('named');
    expect(await user()).toBeUndefined();
    environment = { HOME: home, XDG_RUNTIME_DIR: home, DOCKER_CONFIG: join(home, 'elsewhere') };
    write('elsewhere/config.json', { auths: { 'registry.example': entry('elsewhere') } });
    expect(await user()).toBe('elsewhere');
  });

  test("that cannot be used are the operator's error, and never repeated", async () => {
    const bad = expect.objectContaining({
      code: 'REGISTRY_AUTH_FILE_INVALID',
      kind: 'usage',
      message: expect.not.stringContaining('secret'),
    });
    environment['REGISTRY_AUTH_FILE'] = join(home, 'nowhere.json');
    await expect(find()).rejects.toThrow(bad);
    for (const content of [
      '{"auths": secret}',
      '[]',
      'x'.repeat(1024 * 1024 + 1),
      { auths: { 'registry.example': { auth: 'secret' } } },
    ]) {
      environment['REGISTRY_AUTH_FILE'] = write('bad.json', content);
      await expect(find()).rejects.toThrow(bad);
    }
  });

  test('that are empty or hold odd types mean anonymous', async () => {
    for (const content of [
      '',
      '{}',
      { auths: null },
      { auths: { 'registry.example': {} } },
      { auths: [], credHelpers: 1, credsStore: {} },
    ]) {
      environment['REGISTRY_AUTH_FILE'] = write('odd.json', content);
      expect(await find()).toBeUndefined();
    }
  });
});

describe('auths', () => {
  test('are taken most specific first', async () => {
    const auths = {
      'registry.example': entry('host'),
      'registry.example/team': entry('team'),
      'registry.example/team/app': entry('app'),
    };
    write('.docker/config.json', { auths });
    expect(await user('registry.example', 'team/app')).toBe('app');
    expect(await user('registry.example', 'team/app/part')).toBe('app');
    expect(await user('registry.example', 'team/application')).toBe('team');
    expect(await user('registry.example', 'other')).toBe('host');
    expect(await user('registry.example:5000', 'team/app')).toBeUndefined();
    expect(await user('sub.registry.example', 'team/app')).toBeUndefined();
  });

  test('are known by old keys too', async () => {
    write('.docker/config.json', {
      auths: { 'https://index.docker.io/v1/': entry('hub'), 'https://registry.example/v2/': entry('old') },
    });
    expect(await user('docker.io', 'library/nginx')).toBe('hub');
    expect(await user('registry.example')).toBe('old');
    write('.docker/config.json', {
      auths: { 'docker.io/library': entry('library'), 'index.docker.io': entry('index') },
    });
    expect(await user('docker.io', 'library/nginx')).toBe('library');
    expect(await user('docker.io', 'team/app')).toBe('index');
  });

  test('are not confused by names that objects have by themselves', async () => {
    write('.docker/config.json', { auths: { 'a.example': entry('a') } });
    expect(await find('constructor', '__proto__')).toBeUndefined();
  });

  test('hold passwords with colons and padding, and tokens', async () => {
    write('.docker/config.json', {
      auths: {
        'a.example': entry('me', 'p:w\0\0'),
        'b.example': { ...entry('<token>', ''), identitytoken: 'identity' },
        'c.example': { registrytoken: 'bearer' },
        'd.example': { username: 'me', password: 'pw' },
      },
    });
    expect(await find('a.example')).toEqual({ kind: 'password', username: 'me', password: 'p:w' });
    expect(await find('b.example')).toEqual({ kind: 'identity', token: 'identity' });
    expect(await find('c.example')).toEqual({ kind: 'bearer', token: 'bearer' });
    expect(await find('d.example')).toEqual({ kind: 'password', username: 'me', password: 'pw' });
  });
});

describe('programs', () => {
  test("are asked with the host: first the host's own, then the one for all", async () => {
    program('own', 'echo "{\\"ServerURL\\":\\"x\\",\\"Username\\":\\"$host\\",\\"Secret\\":\\"own\\"}"');
    program('all', 'echo "{\\"Username\\":\\"all $1 $host\\",\\"Secret\\":\\"s\\"}"');
    write('.docker/config.json', {
      credHelpers: { 'registry.example': 'own' },
      credsStore: 'all',
      auths: { 'registry.example': entry('file') },
    });
    expect(await user()).toBe('registry.example');
    expect(await user('other.example')).toBe('all get other.example');
    expect(await user('docker.io')).toBe('all get https://index.docker.io/v1/');
  });

  test('may give an identity token, or nothing', async () => {
    program('token', 'echo \'{"Username":"<token>","Secret":"identity"}\'');
    program('none', 'echo "credentials not found in native keychain"; exit 1');
    write('.docker/config.json', {
      credHelpers: { 'a.example': 'token', 'b.example': 'none' },
      auths: { 'b.example': entry('file') },
    });
    expect(await find('a.example')).toEqual({ kind: 'identity', token: 'identity' });
    expect(await user('b.example')).toBe('file');
  });

  test.each([
    ['fails', 'echo secret; exit 3'],
    ['prints no JSON', 'echo secret'],
    ['prints something else', 'echo \'{"Username":"secret"}\''],
    ['prints without end', 'while :; do echo secretsecretsecretsecretsecretsecret; done'],
  ])("that %s is the operator's error, without its output", async (_name, script) => {
    program('bad', script);
    write('.docker/config.json', { credsStore: 'bad' });
    await expect(find()).rejects.toThrow(
      expect.objectContaining({
        code: 'REGISTRY_CREDENTIALS_FAILED',
        kind: 'usage',
        message: expect.not.stringContaining('secret'),
      }),
    );
  });

  test.each(['absent', '../bad', 'a b'])('named %s cannot be run', async (name) => {
    write('.docker/config.json', { credsStore: name });
    await expect(find()).rejects.toThrow(expect.objectContaining({ code: 'REGISTRY_CREDENTIALS_FAILED' }));
  });
});
