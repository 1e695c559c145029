import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { formatEndpoint } from '#base/engine/endpoint.ts';
import { findEndpoints } from '#base/engine/find-endpoints.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'holdfast-home-'));
  mkdirSync(join(home, '.docker'));
});
afterEach(() => rmSync(home, { recursive: true }));

const found = (environment: NodeJS.ProcessEnv) => findEndpoints({ HOME: home, ...environment }).map(formatEndpoint);

function makeContext(name: string, meta: unknown): string {
  const id = createHash('sha256').update(name).digest('hex');
  const directory = join(home, '.docker/contexts/meta', id);
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'meta.json'), typeof meta === 'string' ? meta : JSON.stringify(meta));
  return id;
}

test('without configuration the usual sockets are tried, Docker first', () => {
  expect(found({ XDG_RUNTIME_DIR: '/run/user/7' })).toEqual([
    'unix:///var/run/docker.sock',
    'unix:///run/user/7/docker.sock',
    `unix://${home}/.docker/run/docker.sock`,
    'unix:///run/podman/podman.sock',
    'unix:///run/user/7/podman/podman.sock',
  ]);
});

test('DOCKER_HOST is the only one tried, before any context', () => {
  writeFileSync(join(home, '.docker/config.json'), JSON.stringify({ currentContext: 'absent' }));
  expect(found({ DOCKER_HOST: 'unix:///my.sock' })).toEqual(['unix:///my.sock']);
});

test('DOCKER_TLS_VERIFY takes the certificates from DOCKER_CERT_PATH', () => {
  writeFileSync(join(home, 'ca.pem'), '');
  const environment = { DOCKER_HOST: 'tcp://engine.example', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: home };
  expect(findEndpoints(environment)).toEqual([
    { kind: 'tcp', host: 'engine.example', port: 2376, tls: { ca: join(home, 'ca.pem') } },
  ]);
});

test("the client's current context names the engine, DOCKER_CONTEXT another one", () => {
  writeFileSync(join(home, '.docker/config.json'), JSON.stringify({ currentContext: 'first' }));
  makeContext('first', { Endpoints: { docker: { Host: 'unix:///first.sock' } } });
  const id = makeContext('second', { Endpoints: { docker: { Host: 'tcp://engine.example:1' } } });
  const tls = join(home, '.docker/contexts/tls', id, 'docker');
  mkdirSync(tls, { recursive: true });
  for (const name of ['ca.pem', 'cert.pem', 'key.pem']) writeFileSync(join(tls, name), '');
  expect(found({})).toEqual(['unix:///first.sock']);
  expect(findEndpoints({ HOME: home, DOCKER_CONTEXT: 'second' })).toEqual([
    {
      kind: 'tcp',
      host: 'engine.example',
      port: 1,
      tls: { ca: join(tls, 'ca.pem'), certificate: join(tls, 'cert.pem'), key: join(tls, 'key.pem') },
    },
  ]);
  expect(found({ DOCKER_CONTEXT: 'default' })).toHaveLength(5);
});

test('a context that is not there, or a damaged file, is said and not passed over', () => {
  expect(() => found({ DOCKER_CONTEXT: '../../absent' })).toThrow(
    expect.objectContaining({ code: 'ENGINE_CONTEXT_NOT_FOUND', kind: 'usage' }),
  );
  for (const meta of ['{', '[]', '{}', '{"Endpoints":{"docker":{}}}', 'null']) {
    makeContext('odd', meta);
    expect(() => found({ DOCKER_CONTEXT: 'odd' })).toThrow(expect.objectContaining({ code: 'ENGINE_CONFIG_INVALID' }));
  }
  writeFileSync(join(home, '.docker/config.json'), 'no json');
  expect(() => found({})).toThrow(expect.objectContaining({ code: 'ENGINE_CONFIG_INVALID', kind: 'usage' }));
});
