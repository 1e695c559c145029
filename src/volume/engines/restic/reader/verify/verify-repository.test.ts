import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { gathered } from '../../../../../../test/fakes/chunks.ts';
import {
  type FakeRepository,
  fakeRepository,
  fakeTree,
  sha256,
} from '../../../../../../test/fakes/restic-repository.ts';
import { runs } from '../../../../../../test/harness/runs.ts';
import { fileContent, walkTree } from '../browse.ts';
import { directoryFiles } from '../directory-files.ts';
import { openRepository, readBlob } from '../repository.ts';
import { readSnapshot, snapshotIds } from '../snapshots.ts';
import { verifyRepository } from './verify-repository.ts';

const PASSWORD = 'secret';
const A = Buffer.from('first piece, ');
const B = Buffer.from('second piece '.repeat(300));
const C = Buffer.from('of another file');
const file = (name: string, ...pieces: Buffer[]) => ({
  ...{ name, type: 'file', mode: 0o644, size: pieces.reduce((sum, one) => sum + one.length, 0) },
  content: pieces.map(sha256),
});
const INNER = fakeTree([file('inner', C)]);
const directory = (name: string, tree: Buffer) => ({ name, type: 'dir', mode: 0x800001ed, subtree: sha256(tree) });
const ROOT = fakeTree([file('both', A, B), directory('one', INNER), directory('two', INNER)]);

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'holdfast-fake-restic-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** A repository of two packs and a snapshot. */
function make(): { fake: FakeRepository; dataPack: string; treePack: string; snapshot: string } {
  const fake = fakeRepository(root, PASSWORD);
  const dataPack = fake.pack([
    { type: 'data', bytes: A },
    { type: 'data', bytes: B, compressed: true },
    { type: 'data', bytes: C },
  ]);
  const treePack = fake.pack([
    { type: 'tree', bytes: ROOT, compressed: true },
    { type: 'tree', bytes: INNER },
  ]);
  fake.index();
  return { fake, dataPack, treePack, snapshot: fake.snapshot(sha256(ROOT)) };
}

const verify = (expectedSnapshots: readonly string[] = []) =>
  verifyRepository(directoryFiles(root), PASSWORD, { expectedSnapshots });
const kinds = async () => (await verify()).damage.map(({ kind, name }) => `${kind} ${name}`);

/** Everything that can be read of the snapshots, by path; and how often something could not. */
async function readAll(): Promise<Map<string, string>> {
  const all = new Map<string, string>();
  const repository = await openRepository(directoryFiles(root), PASSWORD);
  try {
    for (const id of await snapshotIds(repository)) {
      const snapshot = await readSnapshot(repository, id).catch(() => undefined);
      if (snapshot === undefined) continue;
      for await (const entry of walkTree(repository, snapshot.tree)) {
        if ('problem' in entry || entry.node.type !== 'file') continue;
        const content = await gathered(fileContent(repository, entry.node)).catch(() => undefined);
        if (content !== undefined) all.set(entry.path.toString(), content.toString());
      }
    }
  } finally {
    repository.close();
  }
  return all;
}

const WHOLE = new Map([
  ['both', A.toString() + B.toString()],
  ['one/inner', C.toString()],
  ['two/inner', C.toString()],
]);

describe('a repository', () => {
  it('that is whole is read and verified', async () => {
    const { snapshot } = make();
    const found = await verify([snapshot]);
    expect(found).toMatchObject({ version: 2, packs: 2, blobs: 5, trees: 2, damage: [] });
    expect(await readAll()).toEqual(WHOLE);
  });

  it('never gives wrong bytes, and is never found whole, whichever byte of whichever file is another', async () => {
    make();
    const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
      .map((path) => join(root, path))
      .filter((path) => statSync(path).isFile());
    await fc.assert(
      fc.asyncProperty(
        fc.nat(files.length - 1),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        async (which, at, mask) => {
          const path = files[which] ?? '';
          const good = readFileSync(path);
          const bad = Buffer.from(good);
          const place = at % bad.length;
          bad[place] = (bad[place] ?? 0) ^ mask;
          writeFileSync(path, bad);
          try {
            const found = await verify().then(
              ({ damage }) => damage.length,
              (error: unknown) => String((error as { code?: unknown }).code),
            );
            if (typeof found === 'string') expect(found).toMatch(/^RESTIC_KEYS_DAMAGED$/);
            else {
              expect(found).toBeGreaterThan(0);
              for (const [name, content] of await readAll()) expect(content).toBe(WHOLE.get(name));
            }
          } finally {
            writeFileSync(path, good);
          }
        },
      ),
      { numRuns: runs(40) },
    );
  });

  it('names every place that a damage touches, of trees that are shared too', async () => {
    const { fake, dataPack, snapshot } = make();
    const other = fake.snapshot(sha256(INNER));
    rmSync(join(root, 'data', dataPack.slice(0, 2), dataPack));
    const { damage } = await verify();
    expect(damage.map(({ kind }) => kind)).toEqual(['pack-missing']);
    const affected = new Map(damage[0]?.affects.map(({ snapshot: id, paths }) => [id, paths]));
    expect(affected.get(snapshot)).toEqual(['/both', '/one/inner', '/two/inner']);
    expect(affected.get(other)).toEqual(['/inner']);
  });

  it('whose index lies is found out, and the packs are believed', async () => {
    const { fake, dataPack } = make();
    const wrong = { id: sha256(A), type: 'data', offset: 3, length: 50 };
    fake.unpacked('index', { packs: [{ blobs: [wrong], id: dataPack }] });
    expect(await kinds()).toEqual([`index-wrong ${dataPack}`]);
    expect(await readAll()).toEqual(WHOLE);
  });

  it('with an index that is replaced may lack the packs of that', async () => {
    const { fake } = make();
    const gone = { id: '0'.repeat(64), blobs: [{ id: '1'.repeat(64), type: 'data', offset: 0, length: 40 }] };
    const old = fake.unpacked('index', { packs: [gone] });
    expect(await kinds()).toEqual([`pack-missing ${gone.id}`]);
    fake.index({ supersedes: [old] });
    expect(await kinds()).toEqual([]);
  });

  it('with a blob that was wrong when it was written is named', async () => {
    const { fake } = make();
    const tree = fakeTree([file('x', Buffer.from('never written'))]);
    fake.pack([{ type: 'tree', bytes: tree }]);
    const snapshot = fake.snapshot(sha256(tree));
    const { damage } = await verify();
    expect(damage).toMatchObject([
      { kind: 'blob-missing', name: sha256(Buffer.from('never written')), affects: [{ snapshot, paths: ['/x'] }] },
    ]);
  });

  it('with names that lead elsewhere has those refused, and the others read', async () => {
    const { fake } = make();
    const names = ['..', '.', '', 'a/b', '/etc/passwd', '\\x2e\\x2e', '\\x00', 'x\\q', 'open"', '\\057'];
    const tree = fakeTree([...names.map((name) => file(name, C)), file('good', C)]);
    fake.pack([{ type: 'tree', bytes: tree }]);
    fake.snapshot(sha256(tree));
    expect(await kinds()).toEqual([`tree-damaged ${sha256(tree)}`]);
    expect((await readAll()).get('good')).toBe(C.toString());
    expect([...(await readAll()).keys()].sort()).toEqual(['both', 'good', 'one/inner', 'two/inner']);
  });

  it('of hostile documents is verified to the end', async () => {
    const { fake } = make();
    const deep = '['.repeat(100_000);
    const junk = [
      fake.unpacked('index', deep),
      fake.unpacked('index', '{"packs":[{"id":"x","blobs":[]}]}'),
      fake.unpacked('index', { packs: [{ id: '2'.repeat(64), blobs: [{ id: '3'.repeat(64), type: 'no' }] }] }),
    ];
    const snapshots = [fake.unpacked('snapshots', deep), fake.unpacked('snapshots', '{"tree":"../.."}')];
    const trees = ['null', '{"nodes":7', deep].map((text) => Buffer.from(text));
    fake.pack(trees.map((bytes) => ({ type: 'tree' as const, bytes })));
    for (const bytes of trees) fake.snapshot(sha256(bytes));
    const found = await kinds();
    const expected = [
      ...junk.map((name) => `index-junk ${name}`),
      ...snapshots.map((name) => `snapshot-junk ${name}`),
      ...trees.map((bytes) => `tree-damaged ${sha256(bytes)}`),
    ];
    expect(found.sort()).toEqual(expected.sort());
    expect((await readAll()).get('both')).toBe(WHOLE.get('both'));
  });

  it('with trees that hold each other exponentially often is verified at once', async () => {
    const { fake } = make();
    let tree = fakeTree([file('leaf', Buffer.from('missing'))]);
    const trees = [tree];
    for (let level = 0; level < 60; level += 1) {
      tree = fakeTree([directory('a', tree), directory('b', tree)]);
      trees.push(tree);
    }
    fake.pack(trees.map((bytes) => ({ type: 'tree' as const, bytes })));
    fake.snapshot(sha256(tree));
    const { damage } = await verify();
    expect(damage.map(({ kind }) => kind)).toEqual(['blob-missing']);
    expect(damage[0]?.affects[0]?.paths.length).toBe(20);
  });

  it('reads a blob from another pack where one is damaged', async () => {
    const { fake, dataPack } = make();
    fake.pack([{ type: 'data', bytes: A }]);
    const path = join(root, 'data', dataPack.slice(0, 2), dataPack);
    const bytes = readFileSync(path);
    bytes[20] = (bytes[20] ?? 0) ^ 1;
    writeFileSync(path, bytes);
    const found = await verify();
    expect(found.damage).toMatchObject([{ kind: 'pack-damaged', name: dataPack, affects: [] }]);
    expect(await readAll()).toEqual(WHOLE);
  });

  it('is refused with a wrong password, without keys, and of a later version', async () => {
    make();
    const opened = (password: string) => openRepository(directoryFiles(root), password);
    await expect(opened('secre')).rejects.toMatchObject({ code: 'RESTIC_PASSWORD_WRONG' });
    const empty = join(root, 'empty');
    mkdirSync(empty);
    await expect(openRepository(directoryFiles(empty), PASSWORD)).rejects.toMatchObject({
      code: 'RESTIC_REPOSITORY_MISSING',
    });
    const later = join(root, 'later');
    mkdirSync(later);
    fakeRepository(later, PASSWORD, 3);
    await expect(openRepository(directoryFiles(later), PASSWORD)).rejects.toMatchObject({
      code: 'RESTIC_VERSION_UNSUPPORTED',
    });
  });

  it('refuses names of blobs and files that are none', async () => {
    make();
    const repository = await openRepository(directoryFiles(root), PASSWORD);
    try {
      for (const name of ['../config', '', 'A'.repeat(64)]) {
        await expect(readBlob(repository, 'data', name)).rejects.toMatchObject({ code: 'RESTIC_BLOB_MISSING' });
        await expect(repository.files.read('key', name)).rejects.toMatchObject({ code: 'RESTIC_FILE_MISSING' });
      }
    } finally {
      repository.close();
    }
  });
});
