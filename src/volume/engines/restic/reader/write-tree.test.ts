import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type FakeRepository, fakeRepository, fakeTree, sha256 } from '../../../../../test/fakes/restic-repository.ts';
import { directoryFiles } from './directory-files.ts';
import { openRepository } from './repository.ts';
import type { TreeNode } from './tree.ts';
import { type WrittenTree, writeTree } from './write-tree.ts';

let root = '';
let fake: FakeRepository;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'holdfast-write-tree-'));
  mkdirSync(join(root, 'repo'));
  mkdirSync(join(root, 'outside'));
  fake = fakeRepository(join(root, 'repo'), 'secret');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const A = Buffer.from('one piece, ');
const B = Buffer.from('another piece');
const self = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
const file = (name: string, ...pieces: Buffer[]) => ({
  ...{ name, type: 'file', mode: 0o640, ...self, mtime: '2020-02-02T02:02:02.123456789Z' },
  ...{ size: pieces.reduce((sum, one) => sum + one.length, 0), content: pieces.map(sha256) },
});
const dir = (name: string, tree: Buffer) => ({ name, type: 'dir', mode: 0o750, ...self, subtree: sha256(tree) });
const link = (name: string, linktarget: string) => ({ name, type: 'symlink', mode: 0o777, ...self, linktarget });

async function write(tree: Buffer): Promise<WrittenTree> {
  fake.index();
  const repository = await openRepository(directoryFiles(join(root, 'repo')), 'secret');
  const top = { name: Buffer.alloc(0), type: 'dir', mode: 0o700, ...self, sizeBytes: 0, links: 1 } as const;
  const node: TreeNode = { ...top, xattrs: [], content: [], subtree: sha256(tree) };
  try {
    return await writeTree(repository, node, Buffer.from(join(root, 'out')));
  } finally {
    repository.close();
  }
}

it('writes what there is as it was, and holes as holes', async () => {
  const hole = Buffer.alloc(1 << 20);
  const inner = fakeTree([file('both', A, B), link('link', '../nowhere')]);
  const tree = fakeTree([
    dir('inner', inner),
    file('sparse', hole, hole, A),
    { ...file('twin', B), inode: 7, links: 2 },
    { ...file('twin2', B), inode: 7, links: 2 },
  ]);
  fake.pack([A, B, hole].map((bytes) => ({ type: 'data', bytes })));
  fake.pack([inner, tree].map((bytes) => ({ type: 'tree', bytes })));
  expect(await write(tree)).toMatchObject({ files: 3, lost: [], problems: [] });
  const out = (...parts: string[]) => join(root, 'out', ...parts);
  expect(readFileSync(out('inner/both'), 'utf8')).toBe(`${A}${B}`);
  expect(readlinkSync(out('inner/link'))).toBe('../nowhere');
  expect(statSync(out('inner')).mode & 0o777).toBe(0o750);
  expect(statSync(out('inner/both')).mtimeMs).toBeCloseTo(Date.UTC(2020, 1, 2, 2, 2, 2) + 123.456, 2);
  const sparse = statSync(out('sparse'));
  expect(sparse.size).toBe(2 * hole.length + A.length);
  expect(sparse.blocks * 512).toBeLessThan(hole.length);
  expect(statSync(out('twin')).ino).toBe(statSync(out('twin2')).ino);
});

it('leaves nothing of a file that is not whole, and names it; a lost directory is named once', async () => {
  const gone = fakeTree([file('never', A)]);
  const tree = fakeTree([file('good', A), file('half', A, B), dir('lost', gone), { name: 'socket', type: 'socket' }]);
  fake.pack([{ type: 'data', bytes: A }]);
  fake.pack([{ type: 'tree', bytes: tree }]);
  const { lost, problems } = await write(tree);
  expect(lost.map(({ path }) => path.toString())).toEqual(['half', 'lost']);
  expect(readdirSync(join(root, 'out')).sort()).toEqual(['good', 'lost']);
  expect(problems).toMatchObject([{ code: 'RESTORE_ODD_FILE' }]);
});

it('writes nothing through a link that a tree has under the name of a directory', async () => {
  const inner = fakeTree([file('planted', A)]);
  const outside = join(root, 'outside');
  const tree = fakeTree([link('x', outside), dir('x', inner), link('y', join(outside, 'made')), file('y', A)]);
  fake.pack([{ type: 'data', bytes: A }]);
  fake.pack([inner, tree].map((bytes) => ({ type: 'tree', bytes })));
  const { lost } = await write(tree);
  expect(lost.map(({ problem }) => problem.code)).toEqual(['RESTIC_NAME_REFUSED', 'RESTIC_NAME_REFUSED']);
  expect(readdirSync(outside)).toEqual([]);
  expect(lstatSync(join(root, 'out/x')).isSymbolicLink()).toBe(true);
});

it('writes no name that leads elsewhere', async () => {
  const tree = fakeTree([file('..', A), file('a/b', A), file('../up', A), file('.', A), file('fine', A)]);
  fake.pack([{ type: 'data', bytes: A }]);
  fake.pack([{ type: 'tree', bytes: tree }]);
  const { lost } = await write(tree);
  expect(readdirSync(join(root, 'out'))).toEqual(['fine']);
  expect(lost).toHaveLength(4);
  expect(readdirSync(root).sort()).toEqual(['out', 'outside', 'repo']);
});
