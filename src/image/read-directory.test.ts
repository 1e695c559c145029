import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Problem } from '#core/errors.ts';
import type { LayerEntry } from '#image/entry.ts';
import type { LayerContent } from '#image/image.ts';
import type { LayerVisitor, Want } from '#image/layer-visitor.ts';
import { walkDirectory } from '#image/read-directory.ts';

const isRoot = process.getuid?.() === 0;

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'holdfast-tree-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function put(path: string, content: string | Buffer = 'x', mode = 0o644): void {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), content);
  chmodSync(join(root, path), mode);
}

const tree = (leaveOut: readonly string[] = []): LayerContent => ({ kind: 'tree', directory: root, leaveOut });
const overlay = (
  opaques: () => Promise<readonly string[]> = async () => [],
  confirm: () => void = () => undefined,
) => ({
  kind: 'overlay' as const,
  directory: root,
  entries: { from: 'directory' as const, opaques },
  confirm,
});

type Wanted = (entry: LayerEntry) => Want | undefined;

async function walk(content: LayerContent, wanted: Wanted = () => undefined) {
  const entries: LayerEntry[] = [];
  const problems: Problem[] = [];
  const whiteouts: string[] = [];
  const opaques: string[] = [];
  const visitor: LayerVisitor = {
    entry: (entry) => {
      entries.push(entry);
      return wanted(entry);
    },
    whiteout: (path) => whiteouts.push(path),
    opaque: (path) => opaques.push(path),
    problem: (problem) => problems.push(problem),
  };
  if (content.kind !== 'tree' && content.kind !== 'overlay') throw new Error('not a directory');
  await walkDirectory(content, visitor);
  return { entries, problems, whiteouts, opaques, paths: entries.map(({ path }) => path) };
}

/** Wants every file whole, and keeps what it got. */
function collector(limitBytes = 1024): { read: Map<string, string>; wanted: Wanted } {
  const read = new Map<string, string>();
  const wanted: Wanted = ({ path }) => ({
    kind: 'whole',
    limitBytes,
    done: (bytes) => read.set(path, bytes.toString()),
    tooLarge: () => read.set(path, 'too large'),
  });
  return { read, wanted };
}

test('shows what each entry is, directories before what is in them', async () => {
  put('etc/passwd', 'root', 0o640);
  put('usr/bin/tool', 'binary', 0o4755);
  symlinkSync('../etc/passwd', join(root, 'usr/link'));
  linkSync(join(root, 'etc/passwd'), join(root, 'etc/same'));
  execFileSync('mkfifo', [join(root, 'pipe')]);
  const { entries, problems } = await walk(tree());
  expect(entries.filter(({ type }) => type !== 'directory')).toEqual([
    { path: 'pipe', type: 'other', mode: expect.any(Number), sizeBytes: 0 },
    { path: 'etc/passwd', type: 'file', mode: 0o640, sizeBytes: 4 },
    { path: 'etc/same', type: 'file', mode: 0o640, sizeBytes: 4 },
    { path: 'usr/link', type: 'symlink', mode: 0o777, sizeBytes: 0, linkTarget: '../etc/passwd' },
    { path: 'usr/bin/tool', type: 'file', mode: 0o4755, sizeBytes: 6 },
  ]);
  expect(entries.map(({ path }) => path)).toEqual([
    ...['etc', 'pipe', 'usr', 'etc/passwd', 'etc/same', 'usr/bin', 'usr/link', 'usr/bin/tool'],
  ]);
  expect(problems).toEqual([]);
});

test('reads only regular files, and follows no link', async () => {
  put('target', 'secret');
  symlinkSync(join(root, 'target'), join(root, 'link'));
  symlinkSync('/etc', join(root, 'away'));
  symlinkSync('/', join(root, 'loop'));
  execFileSync('mkfifo', [join(root, 'pipe')]);
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(join(root, 'socket'), resolve));
  const { read, wanted } = collector();
  const { paths, problems } = await walk(tree(), wanted);
  await new Promise((resolve) => server.close(resolve));
  expect([...read]).toEqual([['target', 'secret']]);
  expect(paths).toEqual(['away', 'link', 'loop', 'pipe', 'socket', 'target']);
  expect(problems).toEqual([]);
});

test('a file larger than its limit is not read', async () => {
  put('small', 'x'.repeat(1024));
  put('large', 'x'.repeat(1025));
  const { read, wanted } = collector();
  await walk(tree(), wanted);
  expect(read.get('large')).toBe('too large');
  expect(read.get('small')).toHaveLength(1024);
});

test('parts of a file are read at any offset, and never beyond its end', async () => {
  put('program', Buffer.from(Array.from({ length: 256 }, (_, index) => index)));
  const parts: number[][] = [];
  await walk(tree(), () => ({
    kind: 'random',
    stream: () => {
      throw new Error('any offset can be read here');
    },
    read: (readAt) => {
      const ranges = [
        [0, 3],
        [250, 100],
        [256, 1],
        [1e12, 5],
        [-5, 2],
        [3, -1],
        [0, 3e9],
      ] as const;
      for (const [offset, length] of ranges) {
        const bytes = readAt(offset, length);
        parts.push([bytes[0] ?? -1, bytes.length]);
      }
    },
  }));
  expect(parts).toEqual([
    [0, 3],
    [250, 6],
    [-1, 0],
    [-1, 0],
    [0, 2],
    [-1, 0],
    [0, 256],
  ]);
});

test('leaves out what it is told to, and nothing else', async () => {
  put('proc/1/status');
  put('var/proc/kept');
  put('var/lib/docker/layer');
  put('var/file');
  const { paths } = await walk(tree([join(root, 'proc'), join(root, 'var/lib/docker'), join(root, 'var/file')]));
  expect(paths).toEqual(['var', 'var/lib', 'var/proc', 'var/proc/kept']);
});

test('names that are not UTF-8 are read by their bytes', async () => {
  const odd = Buffer.concat([Buffer.from(`${root}/caf`), Buffer.from([0xe9])]);
  mkdirSync(odd);
  writeFileSync(Buffer.concat([odd, Buffer.from('/in'), Buffer.from([0xff])]), 'inside');
  put('plain', 'plain');
  put('real \ufffd', 'real');
  const { read, wanted } = collector();
  const { problems } = await walk(tree(), wanted);
  expect(new Map([...read].sort())).toEqual(
    new Map([
      ['caf\ufffd/in\ufffd', 'inside'],
      ['plain', 'plain'],
      ['real \ufffd', 'real'],
    ]),
  );
  expect(problems).toEqual([]);
});

test('a directory of very many names is read whole', async () => {
  mkdirSync(join(root, 'many'));
  const names = Array.from({ length: 4000 }, (_, index) => `${String(index).padStart(6, '0')}-${'n'.repeat(90)}`);
  for (const name of names) writeFileSync(join(root, 'many', name), '');
  // The way for huge directories is taken by the directory's own size, as the filesystem counts it.
  const size = lstatSync(join(root, 'many')).size;
  const { paths } = await walk(tree());
  expect(paths.slice(1).sort()).toEqual(names.map((name) => `many/${name}`));
  expect(size).toBeGreaterThan(0);
});

test('a path longer than the system takes is a problem, and the rest goes on', async () => {
  const name = 'd'.repeat(200);
  // Made from inside, piece by piece: the whole path cannot be named at once.
  const script = `cd "$1"; for i in $(seq 30); do mkdir ${name} && cd ${name}; done; echo x > deep`;
  execFileSync('sh', ['-c', script, 'sh', root], { stdio: 'ignore' });
  put('beside');
  const { paths, problems } = await walk(tree());
  expect(paths).toContain('beside');
  expect(problems).toEqual([expect.objectContaining({ code: 'FILE_UNREADABLE' })]);
  execFileSync('rm', ['-rf', root]);
});

test('what the visitor throws is not taken for an unreadable file', async () => {
  put('file');
  const thrown = new Error('from the visitor');
  const throwing = () => {
    throw thrown;
  };
  await expect(walk(tree(), throwing)).rejects.toBe(thrown);
  const want: Want = { kind: 'whole', limitBytes: 10, done: throwing, tooLarge: throwing };
  await expect(walk(tree(), () => want)).rejects.toBe(thrown);
});

test('a root that is no directory is an error', async () => {
  put('file');
  for (const directory of [join(root, 'absent'), join(root, 'file')]) {
    const walked = walk({ kind: 'tree', directory, leaveOut: [] });
    await expect(walked).rejects.toMatchObject({ code: 'FILE_UNREADABLE', path: directory });
  }
});

describe('a tree in use', () => {
  test('a directory that has become a link is not read through', async () => {
    put('inside/file', 'mine');
    const outside = mkdtempSync(join(tmpdir(), 'holdfast-outside-'));
    writeFileSync(join(outside, 'file'), 'not mine');
    const { read, wanted } = collector();
    const { problems } = await walk(tree(), (entry) => {
      if (entry.path === 'inside/file') {
        renameSync(join(root, 'inside'), join(root, 'moved'));
        symlinkSync(outside, join(root, 'inside'));
      }
      return wanted(entry);
    });
    rmSync(outside, { recursive: true });
    expect(read.get('inside/file')).toBeUndefined();
    expect(problems).toEqual([expect.objectContaining({ code: 'FILE_UNREADABLE', path: 'inside/file' })]);
  });

  test('a file that became a link, a pipe or nothing is not read', async () => {
    for (const name of ['gone', 'link', 'pipe']) put(name);
    const { read, wanted } = collector();
    const { problems } = await walk(tree(), (entry) => {
      unlinkSync(join(root, entry.path));
      if (entry.path === 'link') symlinkSync('/etc/passwd', join(root, 'link'));
      if (entry.path === 'pipe') execFileSync('mkfifo', [join(root, 'pipe')]);
      return wanted(entry);
    });
    expect([...read]).toEqual([]);
    expect(problems.map(({ path }) => path)).toEqual(['link', 'pipe']);
  });
});

describe("a container's own layer", () => {
  test('says which directories hide what is below, and asks at the end whether it is still there', async () => {
    put('etc/file');
    let confirmed = 0;
    const confirm = () => {
      confirmed += 1;
    };
    const { paths, opaques } = await walk(overlay(async () => ['etc'], confirm));
    expect({ paths, opaques, confirmed }).toEqual({ paths: ['etc', 'etc/file'], opaques: ['etc'], confirmed: 1 });
  });

  test('may lose files while it is read, but not its root', async () => {
    put('etc/file');
    const gone: Wanted = (entry) => {
      if (entry.type === 'directory') rmSync(join(root, entry.path), { recursive: true });
      return undefined;
    };
    expect((await walk(overlay(), gone)).paths).toEqual(['etc']);
    rmSync(root, { recursive: true });
    await expect(walk(overlay())).rejects.toMatchObject({ code: 'ENGINE_STORAGE_UNREADABLE' });
  });

  test('is not believed when its opaque directories cannot be found out', async () => {
    const fail = async () => {
      throw new Error('no answer');
    };
    await expect(walk(overlay(fail))).rejects.toThrow('no answer');
  });

  test.skipIf(!isRoot)('has whiteouts for what it deletes (skipped unless root, who alone makes devices)', async () => {
    put('etc/kept');
    execFileSync('mknod', [join(root, 'etc/gone'), 'c', '0', '0']);
    execFileSync('mknod', [join(root, 'etc/null'), 'c', '1', '3']);
    const { paths, whiteouts } = await walk(overlay());
    expect({ paths, whiteouts }).toEqual({ paths: ['etc', 'etc/kept', 'etc/null'], whiteouts: ['etc/gone'] });
    const asTree = await walk(tree());
    expect(asTree.whiteouts).toEqual([]);
  });
});

test.skipIf(isRoot)('what may not be read is a problem (skipped as root, who may read everything)', async () => {
  put('secret', 'x', 0o000);
  put('closed/file');
  chmodSync(join(root, 'closed'), 0o000);
  const { wanted } = collector();
  const { problems } = await walk(tree(), wanted);
  expect(problems.map(({ code, path }) => [code, path])).toEqual([
    ['FILE_UNREADABLE', 'closed'],
    ['FILE_UNREADABLE', 'secret'],
  ]);
  chmodSync(join(root, 'closed'), 0o755);
});
