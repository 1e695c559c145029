import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SnapshotDone } from '#volume/engines/engine.ts';
import { type ResticPlace, resticPlace } from '../harness/restic-place.ts';
import { needs } from '../harness/skip.ts';

async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all).toString('utf8');
}

async function* stream(...texts: readonly (string | Error)[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) {
    if (text instanceof Error) throw text;
    yield Buffer.from(text);
  }
}

needs('restic')('restic in a directory', () => {
  let place: ResticPlace;
  let first: SnapshotDone;

  beforeAll(async () => {
    place = resticPlace();
    place.file('data/a.txt', 'one\n');
    place.file('data/deep/b.bin', Buffer.alloc(200_000, 7));
    const engine = place.engine();
    const made = await engine.init();
    expect(made).toEqual(await engine.identity());
    expect(made.id).toMatch(/^[0-9a-f]{64}$/);
    first = await engine.backup({ paths: [place.path('data')], ...place.labels });
  });
  afterAll(() => place.remove());

  it('says its version', async () => {
    expect(await place.engine().version()).toMatch(/^\d+\.\d+\.\d+$/);
  });

  it('stores a tree, and gives the whole id of what it stored', async () => {
    expect(first).toMatchObject({ kind: 'complete', files: 2, bytesProcessed: 200_004, problems: [] });
    const rows = await place.engine().snapshots();
    expect(rows.map(({ id, tree, host, tags }) => ({ id, tree, host, tags }))).toEqual([
      { id: first.id, tree: first.tree, ...place.labels },
    ]);
  });

  it('finds snapshots by tag, host and id, and nothing for others', async () => {
    const engine = place.engine();
    const found = (filter: Parameters<typeof engine.snapshots>[0]) =>
      engine.snapshots(filter).then((rows) => rows.length);
    expect(await found({ tags: ['volume:data'], host: 'this-host', ids: [first.id] })).toBe(1);
    expect(await found({ tags: ['volume:data', 'other'] })).toBe(0);
    expect(await found({ host: 'other' })).toBe(0);
    expect(await found({ ids: ['0'.repeat(64)] })).toBe(0);
  });

  it('lists a snapshot, whole and by directory', async () => {
    const all = [];
    for await (const entry of place.engine().list(first.id)) all.push(entry);
    expect(all.find(({ path }) => path.endsWith('/data/a.txt'))).toMatchObject({
      type: 'file',
      sizeBytes: 4,
      mode: 0o644,
    });
    const some = [];
    for await (const { path } of place.engine().list(first.id, place.path('data'))) some.push(path);
    expect(some).toEqual([place.path('data'), place.path('data/a.txt'), place.path('data/deep')]);
  });

  it('restores into an empty directory only, and what it restores is the same', async () => {
    const target = place.path('restored');
    await place.engine().restore({ snapshot: first.id, target, verify: true });
    execFileSync('diff', ['-r', place.path('data'), join(target, place.path('data'))]);
    await expect(place.engine().restore({ snapshot: first.id, target, verify: true })).rejects.toMatchObject({
      code: 'RESTIC_TARGET_NOT_EMPTY',
    });
  });

  it('gives the bytes of one file', async () => {
    expect(await bytesOf(place.engine().dump(first.id, place.path('data/a.txt')))).toBe('one\n');
    await expect(bytesOf(place.engine().dump(first.id, '/no/such/file'))).rejects.toMatchObject({
      code: 'RESTIC_SNAPSHOT_MISSING',
    });
  });

  it('ends the program when a reader has seen enough', async () => {
    for await (const _ of place.engine().dump(first.id, place.path('data/deep/b.bin'))) break;
    // Nobody reads any more, so a job that must be alone gets its turn.
    expect(await place.engine().unlock()).toBe(0);
  });

  it('refuses a source that is not there, and stores nothing of the others', async () => {
    const paths = [place.path('data'), place.path('gone')];
    await expect(place.engine().backup({ paths, ...place.labels })).rejects.toMatchObject({
      code: 'RESTIC_SOURCE_MISSING',
      path: place.path('gone'),
    });
    expect(await place.engine().snapshots()).toHaveLength(1);
  });

  it('dates a snapshot, leaves out what is excluded, and forgets it', async () => {
    const engine = place.engine();
    const time = new Date('2024-02-03T04:05:06Z');
    const done = await engine.backup({ paths: [place.path('data')], ...place.labels, excludes: ['*.bin'], time });
    expect(done).toMatchObject({ files: 1 });
    expect(Date.parse(done.time)).toBe(time.getTime());
    await engine.forget([done.id]);
    expect((await engine.snapshots()).map(({ id }) => id)).toEqual([first.id]);
    await engine.forget([done.id]);
    await engine.prune();
  });

  it('stores a stream, and takes an empty one for what it is: a dump that failed', async () => {
    const engine = place.engine();
    const done = await engine.backupStream({ name: 'dump.sql', content: stream('create', ' table'), ...place.labels });
    expect(await bytesOf(engine.dump(done.id, '/dump.sql'))).toBe('create table');
    await engine.forget([done.id]);
    const nothing = engine.backupStream({ name: 'dump.sql', content: stream(), ...place.labels });
    await expect(nothing).rejects.toMatchObject({ code: 'RESTIC_STREAM_EMPTY' });
  });

  it('leaves no snapshot of a stream that broke off', async () => {
    const engine = place.engine();
    const content = stream('x'.repeat(3_000_000), new Error('pg_dump died'));
    await expect(engine.backupStream({ name: 'dump.sql', content, ...place.labels })).rejects.toThrow('pg_dump died');
    expect(await engine.snapshots()).toHaveLength(1);
    expect(readdirSync(place.path('repository/locks'))).toEqual([]);
  });

  it('leaves no snapshot of a stream that was aborted, and does not wait for it', async () => {
    const engine = place.engine();
    const stop = new AbortController();
    async function* endless() {
      for (let i = 0; ; i += 1) {
        if (i === 20) stop.abort();
        yield Buffer.alloc(100_000, i);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }
    const request = { name: 'dump.sql', content: endless(), ...place.labels };
    await expect(engine.backupStream(request, { signal: stop.signal })).rejects.toMatchObject({
      code: 'PROCESS_ABORTED',
    });
    expect(await engine.snapshots()).toHaveLength(1);
  });

  it('tells a wrong password, a missing repository and a server that is not there apart', async () => {
    const passwordFile = place.file('wrong', 'wrong\n');
    await expect(place.engine({ passwordFile }).identity()).rejects.toMatchObject({ code: 'RESTIC_PASSWORD_WRONG' });
    await expect(place.engine({ location: place.path('none') }).identity()).rejects.toMatchObject({
      code: 'RESTIC_REPOSITORY_MISSING',
    });
    const location = 'rest:http://127.0.0.1:1/';
    await expect(place.engine({ location }).identity()).rejects.toMatchObject({ code: 'RESTIC_UNREACHABLE' });
    await expect(place.engine({ location: 'sftp://nobody@127.0.0.1:1//x' }).identity()).rejects.toMatchObject({
      code: 'RESTIC_UNREACHABLE',
    });
    await expect(place.engine().init()).rejects.toMatchObject({ code: 'RESTIC_EXISTS' });
  });

  it('changes passwords, and the old one opens no more', async () => {
    const other = resticPlace();
    const engine = other.engine();
    await engine.init();
    const old = await engine.keys.current(other.access.passwordFile);
    const passwordFile = other.file('new', 'another\n');
    await engine.keys.add(passwordFile);
    expect(await engine.keys.current(passwordFile)).not.toBe(old);
    await engine.keys.remove(old, passwordFile);
    await expect(engine.identity()).rejects.toMatchObject({ code: 'RESTIC_PASSWORD_WRONG' });
    await other.engine({ passwordFile }).identity();
    other.remove();
  });

  it('copies to a second repository, once', async () => {
    const other = resticPlace();
    await other.engine().init();
    const copies = await place.engine().copyTo(other.access, [first.id]);
    expect([...copies.keys()]).toEqual([first.id]);
    expect(await place.engine().copyTo(other.access, [first.id])).toEqual(copies);
    expect(await other.engine().snapshots()).toMatchObject([{ tree: first.tree, original: first.id }]);
    await expect(place.engine().copyTo(other.access, ['0'.repeat(64)])).rejects.toMatchObject({
      code: 'RESTIC_SNAPSHOT_MISSING',
    });
    other.remove();
  });

  it('finds damage in the part that it reads, and over all parts in all of it', async () => {
    const other = resticPlace();
    other.file('data/a', randomBytes(100_000));
    const engine = other.engine();
    await engine.init();
    await engine.backup({ paths: [other.path('data')], ...other.labels });
    expect(await engine.check()).toEqual({ kind: 'whole' });
    const data = other.path('repository/data');
    const packs = readdirSync(data).flatMap((two) => readdirSync(join(data, two)).map((name) => join(data, two, name)));
    const big = packs.toSorted((a, b) => readFileSync(b).length - readFileSync(a).length)[0] ?? '';
    const bytes = readFileSync(big);
    bytes.writeUInt8(bytes.readUInt8(40) ^ 0xff, 40);
    writeFileSync(big, bytes, { mode: 0o600 });
    const parts = [await engine.check({ part: 1, of: 2 }), await engine.check({ part: 2, of: 2 })];
    expect(parts.filter(({ kind }) => kind === 'damaged').length).toBeGreaterThan(0);
    rmSync(big);
    expect(await engine.check()).toMatchObject({ kind: 'damaged' });
    const [row] = await engine.snapshots();
    const target = other.path('target');
    await expect(engine.restore({ snapshot: row?.id ?? '', target, verify: false })).rejects.toMatchObject({
      code: expect.stringMatching(/^RESTIC_(?:RESTORE_INCOMPLETE|DAMAGED)$/),
    });
    other.remove();
  });
});
