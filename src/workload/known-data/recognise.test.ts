import { expect, test } from 'vitest';
import { KNOWN_SERVICES } from '#workload/known-data/list.ts';
import { recogniseService, type ServiceFacts } from '#workload/known-data/recognise.ts';

const facts = (repository: string, more: Partial<ServiceFacts> = {}): ServiceFacts => ({
  repositories: [repository],
  environment: new Map(),
  words: [],
  volumes: [],
  ...more,
});
const environment = (values: Record<string, string>) => new Map(Object.entries(values));

test('every service is told by its images and has absolute directories', () => {
  expect(new Set(KNOWN_SERVICES.map(({ id }) => id)).size).toBe(KNOWN_SERVICES.length);
  for (const { id, images, directories, scratch = [] } of KNOWN_SERVICES) {
    for (const image of images) expect(recogniseService(facts(`library/${image}`))?.id, image).toBe(id);
    for (const path of [...directories.map((one) => one.path), ...scratch]) expect(path).toMatch(/^(?:\/[\w.-]+)+$/);
  }
});

test('an image that only sounds like a service is not it', () => {
  const others = ['prometheuscommunity/postgres-exporter', 'team/postgres-backup', 'redis/redisinsight', 'team/app'];
  for (const name of [
    ...others,
    'library/mongo-express',
    'linuxserver/mariadb',
    'cimg/postgres',
    'vaultwarden/tools',
  ]) {
    expect(recogniseService(facts(name)), name).toBeUndefined();
  }
});

test('PostgreSQL 18 moved, and PGDATA says it exactly', () => {
  const at = (more: Partial<ServiceFacts>) => recogniseService(facts('library/postgres', more))?.directories;
  expect(at({ tag: '17.2-alpine' })).toEqual(['/var/lib/postgresql/data']);
  expect(at({ tag: '18' })).toEqual(['/var/lib/postgresql']);
  expect(at({ tag: 'latest', volumes: ['/var/lib/postgresql'] })).toEqual(['/var/lib/postgresql']);
  expect(at({ tag: 'latest' })).toEqual(['/var/lib/postgresql/data', '/var/lib/postgresql']);
  const variables = { PG_MAJOR: '18', PGDATA: '/var/lib/postgresql/18/docker' };
  expect(at({ environment: environment(variables) })).toEqual(['/var/lib/postgresql/18/docker']);
  expect(at({ tag: '16', environment: environment({ PGDATA: '/srv/pg//data/' }) })).toEqual(['/srv/pg/data']);
  expect(at({ tag: '16', environment: environment({ PGDATA: '$HOME' }) })).toEqual(['/var/lib/postgresql/data']);
});

test('options move a directory, whichever way they are written', () => {
  const at = (name: string, words: readonly string[]) => recogniseService(facts(name, { words }))?.directories;
  expect(at('library/mysql', ['mysqld', '--datadir=/srv/my'])).toEqual(['/srv/my']);
  expect(at('coreos/etcd', ['etcd', '--data-dir', '/etcd-data'])).toEqual(['/etcd-data']);
  expect(at('prom/prometheus', ['/bin/prometheus', '--storage.tsdb.path=/tsdb'])).toEqual(['/tsdb']);
  expect(at('bitnami/postgresql', [])).toEqual(['/bitnami/postgresql']);
});

test('an image of another name is told by what only the service sets', () => {
  expect(
    recogniseService(facts('team/db', { environment: environment({ PGDATA: '/d', PG_MAJOR: '16' }) })),
  ).toMatchObject({ id: 'postgres', version: 16, directories: ['/d'] });
});

test('a client, a server and something else are told apart', () => {
  const role = (words: readonly string[]) => recogniseService(facts('library/postgres', { words }))?.role;
  expect(role(['docker-entrypoint.sh', 'postgres'])).toBe('server');
  expect(role(['docker-entrypoint.sh', '-c', 'fsync=off'])).toBe('server');
  expect(role(['tini', '--', 'gosu', 'postgres', '/usr/lib/postgresql/16/bin/postgres'])).toBe('server');
  expect(role(['docker-entrypoint.sh', 'pg_dump', '-Fc'])).toBe('client');
  expect(role(['sh', '-c', 'while sleep 60; do pg_dump db >/x; done'])).toBe('client');
  expect(role(['sleep', 'infinity'])).toBe('unknown');
});

test('a Redis without dumps and append-only file keeps nothing', () => {
  const keeps = (...words: readonly string[]) => recogniseService(facts('library/redis', { words }))?.keeps;
  expect(keeps('redis-server', '--save', '', '--appendonly', 'no')).toBe('nothing');
  expect(keeps('redis-server', '--save', '')).toBe('nothing');
  expect(keeps('sh', '-c', "redis-server --save '' --appendonly no")).toBe('nothing');
  expect(keeps('redis-server', '--save', '', '--appendonly', 'yes')).toBe('optional');
  expect(keeps('redis-server', '--save', '60 1')).toBe('optional');
  expect(keeps('redis-server')).toBe('optional');
});
