import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type FakeServer, startServer } from '../../../../../../test/fakes/http-server.ts';
import { TEST_CERTIFICATE } from '../../../../../../test/fakes/tls-certificate.ts';
import { repositoryClient } from './http-client.ts';
import { remoteFiles } from './remote-files.ts';
import { restStore } from './rest-store.ts';

let folder = '';
let server: FakeServer;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-authorities-'));
  server = await startServer((_, response) => response.end('of it'), { secure: true });
});
afterEach(async () => {
  rmSync(folder, { recursive: true, force: true });
  await server.close();
});

const path = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

async function read(certificatesFile?: string, environment: Record<string, string> = {}): Promise<string> {
  const client = repositoryClient(server.url, certificatesFile, environment);
  const files = remoteFiles(restStore(client, { location: `rest:${server.url}/`, credentials: { kind: 'none' } }));
  try {
    return (await files.read('config', 'config')).toString();
  } finally {
    await files.close();
  }
}

it('trusts the repository’s own authorities, else the system’s, which the environment may name elsewhere', async () => {
  const own = path('own.pem', TEST_CERTIFICATE);
  expect(await read(own)).toBe('of it');
  expect(await read(undefined, { SSL_CERT_FILE: own })).toBe('of it');
  expect(await read(undefined, { SSL_CERT_DIR: `/nowhere:${folder}` })).toBe('of it');
  await expect(read()).rejects.toMatchObject({ code: 'RESTIC_CERTIFICATE' });
});

it('trusts no others than the repository’s own where it has any', async () => {
  const other = path('other.pem', (await import('node:tls')).rootCertificates[0] ?? '');
  const trusted = path('trusted.pem', TEST_CERTIFICATE);
  await expect(read(other, { SSL_CERT_FILE: trusted })).rejects.toMatchObject({ code: 'RESTIC_CERTIFICATE' });
});

it.each([
  ['nothing', undefined],
  ['no certificates', 'nothing of the kind'],
])('a file of authorities that holds %s is refused', async (_, text) => {
  const file = text === undefined ? join(folder, 'gone.pem') : path('junk.pem', text);
  await expect(read(file)).rejects.toMatchObject({ code: 'HTTP_CA_UNREADABLE', path: file });
});
