import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type DumpSource, fetchDumps } from '#app/volume/drill/fetch-dumps.ts';
import { HoldfastError } from '#core/errors.ts';
import { inChunks } from '../../../../test/fakes/chunks.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'holdfast-fetch-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const PATH = 'srv/staging/main/volume-db/dumps';
const RDB = `REDIS0011rows\xff12345678`;

/** A snapshot with these files; an error instead of one is thrown after its first bytes. */
function source(files: Readonly<Record<string, string | Error>>): DumpSource {
  const never = () => {
    throw new Error('not expected');
  };
  const row = { id: 'a'.repeat(64), time: '', tree: '', paths: [], tags: [], host: '' };
  const content = async function* (_: unknown, path: Buffer) {
    const file = files[path.toString().slice(PATH.length + 1)];
    if (file === undefined) throw new HoldfastError('SNAPSHOT_PATH_UNKNOWN', 'It is not there');
    if (typeof file !== 'string') {
      yield Buffer.from('REDIS');
      throw file;
    }
    yield* inChunks(Buffer.from(file, 'latin1'), 7);
  };
  const inside = { ...{ reader: 'own' as const, content }, snapshots: never, entry: never, list: never };
  return {
    inside: { ...inside, problems: () => [], close: async () => undefined },
    row,
    staging: `/srv/staging/main/volume-db`,
  };
}

const fetch = (from: DumpSource, names: readonly string[], limitBytes = 1e9) =>
  fetchDumps(from, names, directory, limitBytes, new AbortController().signal);

test('dumps become files under names of their own, that every user of a container may read', async () => {
  const hostile = 'db/postgres/../../../../etc/x.dump';
  const files = { 'db/redis/dump.rdb': RDB, [hostile]: 'PGDMP rows' };
  const { files: fetched, bytes, bad, obstacle } = await fetch(source(files), Object.keys(files));
  expect([...fetched]).toEqual([
    ['db/redis/dump.rdb', '0'],
    [hostile, '1'],
  ]);
  expect(readdirSync(directory).sort()).toEqual(['0', '1']);
  expect(readFileSync(join(directory, '0'), 'latin1')).toBe(RDB);
  expect({ bytes, bad, obstacle }).toEqual({ bytes: RDB.length + 10, bad: [], obstacle: undefined });
});

test('one that is cut, damaged or not there is bad, and the others are fetched all the same', async () => {
  const files = {
    'db/redis/dump.rdb': RDB.slice(0, -1),
    'db/postgres/a.dump': new HoldfastError('RESTIC_BLOB_DAMAGED', 'A blob is damaged'),
    'db/postgres/c.dump': 'PGDMP',
  };
  const { files: fetched, bad } = await fetch(source(files), [...Object.keys(files), 'db/postgres/lost.dump']);
  expect([...fetched.keys()]).toEqual(['db/postgres/c.dump']);
  expect(bad.map(({ code }) => code)).toEqual(['DRILL_DUMP_BAD', 'DRILL_DUMP_BAD', 'DRILL_DUMP_BAD']);
});

test('too many bytes and a repository that went away are no fault of the dumps', async () => {
  const large = { 'db/dump': 'x'.repeat(100), 'db/postgres/a.dump': 'PGDMP' };
  expect(await fetch(source(large), Object.keys(large), 99)).toMatchObject({
    bad: [],
    obstacle: { code: 'DRILL_LOAD_TOO_LARGE' },
  });
  const gone = { 'db/redis/dump.rdb': new HoldfastError('RESTIC_UNREACHABLE', 'It does not answer') };
  rmSync(join(directory, '0'), { force: true });
  expect(await fetch(source(gone), Object.keys(gone))).toMatchObject({
    bad: [],
    obstacle: { code: 'DRILL_LOAD_UNREADABLE' },
  });
});

test('whoever ends it gets an end', async () => {
  const ended = fetchDumps(source({ 'db/dump': 'x' }), ['db/dump'], directory, 9, AbortSignal.abort());
  await expect(ended).rejects.toMatchObject({ name: 'AbortError' });
});
