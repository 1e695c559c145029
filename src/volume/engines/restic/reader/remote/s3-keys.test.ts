import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type FakeServer, startServer } from '../../../../../../test/fakes/http-server.ts';
import { s3Keys } from './s3-keys.ts';
import { roleKey } from './s3-role.ts';

const NONE = { credentials: { kind: 'none' } } as const;
const UNTIL = '2026-11-22T12:00:00Z';
const KEY = { AccessKeyId: 'ASIAEXAMPLE', SecretAccessKey: 'never shown', Token: 'of a session', Expiration: UNTIL };
const ROLE = {
  key: { keyId: 'ASIAEXAMPLE', secret: 'never shown', sessionToken: 'of a session' },
  untilMs: Date.parse(UNTIL),
};

let home = '';
let server: FakeServer | undefined;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'holdfast-keys-'));
});
afterEach(async () => {
  rmSync(home, { recursive: true, force: true });
  await server?.close();
  server = undefined;
});

it('the repository’s own key comes first', async () => {
  const credentials = { kind: 's3', keyId: 'own', secret: 'never shown' } as const;
  expect(await s3Keys({ credentials }, { HOME: home })()).toEqual(credentials);
});

it('then the profile "default" of the user’s file, then the role’s, then none', async () => {
  mkdirSync(join(home, '.aws'));
  const file = join(home, '.aws/credentials');
  const profile = (name: string) => `[${name}]\naws_access_key_id = ${name}\naws_secret_access_key=s=e/c+ret\n`;
  writeFileSync(file, profile('other') + profile('default') + profile('third'));
  const role = async () => ROLE;
  expect(await s3Keys(NONE, { HOME: home }, role)()).toEqual({ keyId: 'default', secret: 's=e/c+ret' });
  writeFileSync(file, profile('other'));
  expect(await s3Keys(NONE, { HOME: home }, role)()).toEqual(ROLE.key);
  expect(await s3Keys(NONE, {}, async () => undefined)()).toBeUndefined();
});

it('a role’s key is asked for anew before it ends, not each time', async () => {
  let count = 0;
  const lasting = (minutes: number) => async () => {
    count += 1;
    return { ...ROLE, untilMs: Date.now() + minutes * 60_000 };
  };
  const long = s3Keys(NONE, {}, lasting(60));
  await long();
  await long();
  expect(count).toBe(1);
  const short = s3Keys(NONE, {}, lasting(4));
  await short();
  await short();
  expect(count).toBe(3);
});

it('a container’s role is asked at the address that the environment names, with its token', async () => {
  server = await startServer((_, response) => response.end(JSON.stringify(KEY)));
  writeFileSync(join(home, 'token'), 'of the container\n');
  const environment = {
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `${server.url}/role`,
    AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: join(home, 'token'),
  };
  expect(await roleKey(environment)).toEqual(ROLE);
  expect(server.seen).toMatchObject([{ path: '/role', headers: { authorization: 'of the container' } }]);
});

it('a machine’s role is asked with a token that it gives first', async () => {
  server = await startServer(({ method, url, headers }, response) => {
    if (method === 'PUT' && url === '/latest/api/token') response.end('of the machine');
    else if (headers['x-aws-ec2-metadata-token'] !== 'of the machine') response.writeHead(401).end();
    else if (url === '/latest/meta-data/iam/security-credentials/') response.end('backup\n');
    else if (url === '/latest/meta-data/iam/security-credentials/backup') response.end(JSON.stringify(KEY));
    else response.writeHead(404).end();
  });
  expect(await roleKey({}, server.url)).toEqual(ROLE);
});

it('a machine without a role has none, and one that should have one says why it has not', async () => {
  server = await startServer((_, response) => response.writeHead(404).end('never shown'));
  expect(await roleKey({}, server.url)).toBeUndefined();
  const named = { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${server.url}/role` };
  const failed = await roleKey(named).catch((error: unknown) => error);
  expect(failed).toMatchObject({ code: 'RESTIC_CREDENTIALS_REFUSED', message: expect.stringContaining('404') });
  expect(String(failed)).not.toContain('never shown');
  await expect(roleKey({ AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://192.0.2.1/role' })).rejects.toMatchObject({
    code: 'RESTIC_CREDENTIALS_REFUSED',
  });
  await expect(roleKey({ AWS_WEB_IDENTITY_TOKEN_FILE: join(home, 'gone') })).rejects.toMatchObject({
    code: 'RESTIC_CREDENTIALS_REFUSED',
  });
});
