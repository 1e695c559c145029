import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  cpSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fileContent, findNode, walkTree } from '#volume/engines/restic/reader/browse.ts';
import { directoryFiles } from '#volume/engines/restic/reader/directory-files.ts';
import { openRepository, type ResticRepository } from '#volume/engines/restic/reader/repository.ts';
import { readSnapshot } from '#volume/engines/restic/reader/snapshots.ts';
import type { TreeNode } from '#volume/engines/restic/reader/tree.ts';
import { type ResticVerification, verifyRepository } from '#volume/engines/restic/reader/verify/verify-repository.ts';
import { gathered } from '../fakes/chunks.ts';
import { type Restic, restic } from '../harness/restic.ts';
import { needs } from '../harness/skip.ts';

const PASSWORD = 'pass wörd';
const SECOND = 'another one';
const ODD_NAMES = ['é', 'tab\there', 'quote"back\\slash', "it's", ' space ', '\u2028', '😀', 'new\nline', '%s', '\x7f'];

/** A tree with all that a directory can hold and a test can make. */
function makeTree(root: string): void {
  mkdirSync(join(root, 'many', 'deep/er/and/deeper'), { recursive: true });
  for (let i = 0; i < 300; i += 1) writeFileSync(join(root, 'many', `file-${i}`), `content ${i % 290}\n`.repeat(i));
  writeFileSync(join(root, 'many/deep/er/and/deeper/leaf'), 'leaf');
  writeFileSync(join(root, 'large'), randomBytes(12 * 1024 * 1024));
  writeFileSync(join(root, 'repeated'), Buffer.concat(Array.from({ length: 6 }, () => Buffer.alloc(1 << 20, 'abc'))));
  writeFileSync(join(root, 'sparse'), '');
  truncateSync(join(root, 'sparse'), 9 * 1024 * 1024 + 17);
  writeFileSync(join(root, 'empty'), '');
  mkdirSync(join(root, 'empty-directory'));
  linkSync(join(root, 'large'), join(root, 'many/hard-link'));
  symlinkSync('../outside', join(root, 'link'));
  mkdirSync(join(root, 'odd'));
  for (const name of ODD_NAMES) writeFileSync(join(root, 'odd', name), `odd ${name}`);
  writeFileSync(Buffer.concat([Buffer.from(join(root, 'odd/')), Buffer.from([0x66, 0xff, 0xfe, 0x6f])]), 'no UTF-8');
  writeFileSync(join(root, 'set-user'), 'x', { mode: 0o755 });
  execFileSync('chmod', ['6751', join(root, 'set-user')]);
  execFileSync('mkfifo', [join(root, 'pipe')]);
  execFileSync('setfattr', ['-n', 'user.colour', '-v', '0x00ff41', join(root, 'set-user')]);
}

/** Every entry of a snapshot compared with what is on disk. */
async function expectSame(repository: ResticRepository, tree: string, root: string): Promise<number> {
  const expected = new Set(listed(root));
  for await (const entry of walkTree(repository, tree)) {
    if ('problem' in entry) throw new Error(entry.problem.message);
    const path = entry.path.toString('latin1');
    expect(expected.delete(path)).toBe(true);
    const { node } = entry;
    const onDisk = Buffer.concat([Buffer.from(`${root}/`), entry.path]);
    const facts = lstatSync(onDisk, { bigint: true });
    expect(node.inode).toBe(String(facts.ino));
    expect(node.uid).toBe(Number(facts.uid));
    expect(new Date(node.mtime ?? '').getTime()).toBe(Number(facts.mtimeMs));
    if (node.type !== 'symlink') expect(node.mode).toBe(Number(facts.mode & 0o7777n));
    if (node.type === 'symlink') expect(node.linkTarget?.toString()).toBe(readlinkSync(onDisk, 'utf8'));
    if (node.type !== 'file') continue;
    expect(node.sizeBytes).toBe(Number(facts.size));
    expect(node.links).toBe(Number(facts.nlink));
    const content = await gathered(fileContent(repository, node));
    expect(content.equals(readFileSync(onDisk))).toBe(true);
  }
  expect([...expected]).toEqual([]);
  return listed(root).length;
}

function listed(root: string): readonly string[] {
  // Node's own recursion does not take paths as bytes.
  const found: string[] = [];
  const enter = (below: Buffer) => {
    const directory = Buffer.concat([Buffer.from(`${root}/`), below]);
    for (const name of readdirSync(directory, { encoding: 'buffer' })) {
      const path = below.length === 0 ? name : Buffer.concat([below, Buffer.from('/'), name]);
      found.push(path.toString('latin1'));
      if (lstatSync(Buffer.concat([Buffer.from(`${root}/`), path])).isDirectory()) enter(path);
    }
  };
  enter(Buffer.alloc(0));
  return found;
}

async function treeOf(repository: ResticRepository, id: string, root: string): Promise<string> {
  const node = await findNode(repository, (await readSnapshot(repository, id)).tree, root);
  return node?.subtree ?? '';
}

function flip(path: string, at?: number): void {
  const bytes = readFileSync(path);
  const from = at ?? Math.floor(bytes.length / 2);
  for (let i = 0; i < 4; i += 1) bytes[from + i] = (bytes[from + i] ?? 0) ^ 0xff;
  execFileSync('chmod', ['u+w', path]);
  writeFileSync(path, bytes);
}

needs(
  'restic',
  'setfattr',
  'mkfifo',
)('what restic writes', () => {
  let folder = '';
  let source = '';
  const made: Restic[] = [];
  let latest: readonly string[] = [];
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-restic-'));
    source = join(folder, 'source');
    mkdirSync(source);
    makeTree(source);
    writeFileSync(join(folder, 'new-password'), SECOND);
    for (const [name, init, backup] of [
      ['v1', ['--repository-version', '1'], []],
      ['v2', ['--repository-version', '2'], ['--compression', 'max']],
      ['off', [], ['--compression', 'off', '--pack-size', '4']],
    ] as const) {
      const one = restic(folder, name, PASSWORD);
      one.run('init', ...init);
      // Two that are forgotten, so that packs are rewritten.
      writeFileSync(join(source, 'gone'), randomBytes(700_000));
      one.run('backup', source, ...backup);
      rmSync(join(source, 'gone'));
      one.run('backup', source, ...backup, '--tag', 'kept');
      one.run('forget', '--keep-last', '1', '--prune', '--max-unused', '0');
      one.run('backup', join(source, 'many'), ...backup, '--tag', 'part');
      one.run('key', 'add', '--new-password-file', join(folder, 'new-password'));
      made.push(one);
    }
    latest = made.map((one) => JSON.parse(one.run('snapshots', '--json', '--tag', 'kept'))[0].id);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const opened = async <T>(one: { directory: string }, use: (repository: ResticRepository) => Promise<T>) => {
    const repository = await openRepository(directoryFiles(one.directory), PASSWORD);
    try {
      return await use(repository);
    } finally {
      repository.close();
    }
  };
  const at = (index: number): Restic => made[index] ?? restic(folder, 'none', PASSWORD);

  it.each([0, 1, 2])('is read byte for byte (repository %i)', async (index) => {
    await opened(at(index), async (repository) => {
      expect(repository.config?.version).toBe(index === 0 ? 1 : 2);
      const id = latest[index] ?? '';
      expect(await expectSame(repository, await treeOf(repository, id, source), source)).toBeGreaterThan(300);
      const hard: (TreeNode | undefined)[] = [];
      const { tree } = await readSnapshot(repository, id);
      for (const path of ['large', 'many/hard-link']) hard.push(await findNode(repository, tree, join(source, path)));
      expect(hard[0]?.inode).toBe(hard[1]?.inode);
      const odd = await findNode(repository, tree, join(source, 'set-user'));
      expect(odd?.xattrs).toEqual([{ name: 'user.colour', value: Buffer.from([0, 0xff, 0x41]) }]);
      expect(odd?.mode).toBe(0o6751);
      expect(repository.damage.all()).toEqual([]);
    });
  });

  it.each([0, 1, 2])('is whole, as restic finds it too (repository %i)', async (index) => {
    const { directory, run } = at(index);
    run('check', '--read-data');
    const expectedSnapshots = JSON.parse(run('snapshots', '--json')).map(({ id }: { id: string }) => id);
    const phases = new Set<string>();
    const found = await verifyRepository(directoryFiles(directory), PASSWORD, {
      expectedSnapshots,
      onProgress: ({ phase }) => phases.add(phase),
    });
    expect(found.damage).toEqual([]);
    expect(found.snapshots.map(({ id }) => id).sort()).toEqual([...expectedSnapshots].sort());
    const blobs = run('list', 'blobs').trim().split('\n');
    expect(found.blobs).toBe(blobs.length);
    expect(found.packs).toBe(run('list', 'packs').trim().split('\n').length);
    expect([...phases]).toEqual(['packs', 'snapshots']);
  });

  it('opens with either password, and no other', async () => {
    const files = directoryFiles(at(1).directory);
    for (const password of [PASSWORD, Buffer.from(SECOND)]) (await openRepository(files, password)).close();
    for (const password of ['', `${PASSWORD}\n`]) {
      await expect(openRepository(files, password)).rejects.toMatchObject({ code: 'RESTIC_PASSWORD_WRONG' });
    }
    await expect(verifyRepository(directoryFiles(folder), PASSWORD)).rejects.toMatchObject({
      code: 'RESTIC_REPOSITORY_MISSING',
    });
  });

  let copies = 0;
  /** A copy of a repository, damaged; what is found; and whether a file that should be whole still is. */
  const damaged = async (
    harm: (directory: string) => string,
    stillRead: string | undefined,
    index = 1,
    expected: readonly string[] = [],
  ): Promise<{ found: ResticVerification; name: string }> => {
    copies += 1;
    const directory = join(folder, `copy-${copies}`);
    cpSync(at(index).directory, directory, { recursive: true });
    const name = harm(directory);
    const found = await verifyRepository(directoryFiles(directory), PASSWORD, { expectedSnapshots: expected });
    if (stillRead !== undefined) {
      await opened({ directory }, async (repository) => {
        const { tree } = await readSnapshot(repository, latest[index] ?? '');
        const node = await findNode(repository, tree, join(source, stillRead));
        if (node === undefined) throw new Error(`${stillRead} is not there`);
        const content = await gathered(fileContent(repository, node));
        expect(content.equals(readFileSync(join(source, stillRead)))).toBe(true);
      });
    }
    rmSync(directory, { recursive: true });
    return { found, name };
  };
  const only = (directory: string, kind: string) => readdirSync(join(directory, kind)).sort()[0] ?? '';
  const packs = (directory: string) =>
    readdirSync(join(directory, 'data'), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.length > 60)
      .map((path) => join(directory, 'data', path))
      .sort((a, b) => statSync(b).size - statSync(a).size);
  const baseName = (path: string) => path.slice(-64);
  const kinds = (found: ResticVerification) => found.damage.map(({ kind, name }) => `${kind} ${name}`);

  it('is found changed in a pack of a large file: the file is named, the rest is read', async () => {
    const { found, name } = await damaged((directory) => {
      const [pack = ''] = packs(directory);
      flip(pack);
      return baseName(pack);
    }, 'many/file-200');
    expect(kinds(found)).toEqual([`pack-damaged ${name}`]);
    const affected = found.damage[0]?.affects.find(({ snapshot }) => snapshot === latest[1]);
    expect(affected?.paths.length).toBeGreaterThan(0);
    for (const path of affected?.paths ?? []) expect(path.startsWith(source)).toBe(true);
  });

  it('is found without a pack, with one that was cut off, and with one changed in its header', async () => {
    for (const [kind, harm, read] of [
      ['pack-missing', (pack: string) => unlinkSync(pack), undefined],
      ['pack-damaged', (pack: string) => truncateSync(pack, statSync(pack).size - 3), 'large'],
      ['pack-damaged', (pack: string) => flip(pack, statSync(pack).size - 12), 'large'],
      ['pack-damaged', (pack: string) => truncateSync(pack, 100), undefined],
      ['pack-damaged', (pack: string) => truncateSync(pack, 0), undefined],
    ] as const) {
      const { found, name } = await damaged((directory) => {
        const [pack = ''] = packs(directory);
        execFileSync('chmod', ['u+w', pack]);
        harm(pack);
        return baseName(pack);
      }, read);
      expect(kinds(found)).toEqual([`${kind} ${name}`]);
      if (read === undefined) expect(found.damage[0]?.affects.map(({ snapshot }) => snapshot)).toContain(latest[1]);
      else expect(found.damage[0]?.affects).toEqual([]);
    }
  });

  it('is found without the pack of its trees: whole directories are named', async () => {
    const { found, name } = await damaged((directory) => {
      const pack = packs(directory).at(-1) ?? '';
      unlinkSync(pack);
      return baseName(pack);
    }, undefined);
    expect(kinds(found)).toEqual([`pack-missing ${name}`]);
    expect(found.damage[0]?.affects.length).toBeGreaterThan(0);
  });

  it('is read past a junk index, and without any', async () => {
    const junk = await damaged((directory) => {
      const bytes = randomBytes(500);
      const name = createHash('sha256').update(bytes).digest('hex');
      writeFileSync(join(directory, 'index', name), bytes);
      return name;
    }, 'large');
    expect(kinds(junk.found)).toEqual([`index-junk ${junk.name}`]);
    expect(junk.found.damage[0]?.affects).toEqual([]);
    const flipped = await damaged((directory) => {
      const name = only(directory, 'index');
      flip(join(directory, 'index', name));
      return name;
    }, 'large');
    expect(kinds(flipped.found)).toEqual([`index-junk ${flipped.name}`]);
    const none = await damaged((directory) => {
      for (const name of readdirSync(join(directory, 'index'))) unlinkSync(join(directory, 'index', name));
      return '';
    }, 'large');
    expect(none.found.damage).toEqual([]);
  });

  it('is found with a junk snapshot, a changed one, and without the newest', async () => {
    const junk = await damaged((directory) => {
      const bytes = randomBytes(300);
      const name = createHash('sha256').update(bytes).digest('hex');
      writeFileSync(join(directory, 'snapshots', name), bytes);
      return name;
    }, 'large');
    expect(kinds(junk.found)).toEqual([`snapshot-junk ${junk.name}`]);
    const flipped = await damaged((directory) => {
      flip(join(directory, 'snapshots', latest[1] ?? ''));
      return latest[1] ?? '';
    }, undefined);
    expect(kinds(flipped.found)).toEqual([`snapshot-junk ${flipped.name}`]);
    const gone = await damaged(
      (directory) => {
        unlinkSync(join(directory, 'snapshots', latest[1] ?? ''));
        return latest[1] ?? '';
      },
      undefined,
      1,
      latest.slice(1, 2),
    );
    expect(kinds(gone.found)).toEqual([`snapshot-missing ${gone.name}`]);
  });

  it('is read with a changed key while another opens it, and with a changed configuration', async () => {
    const key = await damaged((directory) => {
      const keys = readdirSync(join(directory, 'keys'));
      const current = at(1)
        .run('key', 'list', '--json')
        .match(/"current":true,"id":"([0-9a-f]+)"/)?.[1];
      const other = keys.find((name) => !name.startsWith(current ?? 'x')) ?? '';
      flip(join(directory, 'keys', other));
      return other;
    }, 'large');
    expect(kinds(key.found)).toEqual([`key-junk ${key.name}`]);
    const config = await damaged((directory) => {
      flip(join(directory, 'config'));
      return 'config';
    }, 'large');
    expect(kinds(config.found)).toEqual(['config-junk config']);
    const missing = await damaged((directory) => {
      unlinkSync(join(directory, 'config'));
      return 'config';
    }, 'large');
    expect(kinds(missing.found)).toEqual(['config-junk config']);
  });

  it('is not opened with changed keys only, which is no wrong password', async () => {
    const harm = (directory: string) => {
      for (const name of readdirSync(join(directory, 'keys'))) {
        const path = join(directory, 'keys', name);
        flip(path, readFileSync(path).indexOf('"data":"') + 60);
      }
      return '';
    };
    await expect(damaged(harm, undefined)).rejects.toMatchObject({ code: 'RESTIC_KEYS_DAMAGED' });
  });
});
