import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DUMP_HOOKS, dumpCheckOf, dumpHookFor } from '#volume/dump/list.ts';
import { KNOWN_SERVICES } from '#workload/known-data/list.ts';

test('the list has what the folder has', () => {
  const files = readdirSync(join(import.meta.dirname, 'services')).map((name) => name.replace(/\.ts$/, ''));
  expect(DUMP_HOOKS.map(({ id }) => id).sort()).toEqual(files.sort());
});

test('hooks are for services that discovery knows', () => {
  const known = KNOWN_SERVICES.map(({ id }) => id);
  for (const hook of DUMP_HOOKS) for (const service of hook.services) expect(known).toContain(service);
});

test('only servers are dumped, and what keeps its data with SQLite is not', () => {
  const service = { id: 'postgres', role: 'server' } as const;
  expect(dumpHookFor({ service })?.id).toBe('postgres');
  expect(dumpHookFor({ service: { ...service, role: 'client' } })).toBeUndefined();
  expect(dumpHookFor({ service: { id: 'vaultwarden', role: 'server' } })).toBeUndefined();
  expect(dumpHookFor({ service: undefined })).toBeUndefined();
});

test('names of parts lead nowhere', () => {
  for (const hook of DUMP_HOOKS) {
    const facts = { service: undefined };
    for (const { name } of hook.parts(facts, ['../../etc', '..', '.', 'a/b', '-x', 'a\0b', 'é'])) {
      expect(name).toMatch(/^[a-z]+\/[A-Za-z0-9%_!~*'()-]+(?:\.[a-z]+)?$/);
    }
  }
});

test('a file of a dump is looked at as its service writes it', () => {
  expect(dumpCheckOf('postgres/globals.sql')).toMatchObject({ trailer: expect.stringContaining('complete') });
  expect(dumpCheckOf('postgres/odd%2Ename.dump')).toMatchObject({ heads: [Buffer.from('PGDMP')] });
  expect(dumpCheckOf('mysql/all-databases.sql')).toMatchObject({ trailer: '-- Dump completed' });
  expect(dumpCheckOf('redis/dump.rdb')).toMatchObject({ lastByte: { value: 0xff } });
  for (const name of ['dump', 'postgres', 'postgres/base.tar.gz', 'other/x.dump'])
    expect(dumpCheckOf(name)).toBeUndefined();
});
