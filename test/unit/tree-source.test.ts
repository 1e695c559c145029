import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { noCache } from '#base/cache/directory-cache.ts';
import { createRangeHasher } from '#base/hash/range-hash.ts';
import { readFileTable } from '#image/file-table.ts';
import { layerInventoryReader } from '#inventory/read-layer-inventory.ts';
import { openTree } from '#source/kinds/tree/index.ts';

const hasher = createRangeHasher();
const reader = () => layerInventoryReader({ catalogers: [], executables: [], cache: noCache, hasher, verify: true });

describe('a directory', () => {
  let directory = '';
  beforeEach(() => {
    directory = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-tree-')));
    for (const file of [
      'etc/os-release',
      'proc/1/cmdline',
      'dev/null',
      'run/lock',
      'var/lib/docker/x',
      'home/proc/y',
    ]) {
      mkdirSync(dirname(join(directory, file)), { recursive: true });
      writeFileSync(join(directory, file), '');
    }
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const read = async (kind: 'rootfs' | 'dir', path = directory) => {
    const { image, leftOut } = openTree(kind, path);
    const { description, layers } = await image.read(reader());
    const files = layers
      .flatMap(({ result }) => [...readFileTable(result.table)])
      .filter(({ type }) => type === 'file');
    return { description, leftOut, files: files.map(({ path: at }) => at).sort() };
  };

  it('that is a root filesystem is read without what the kernel, running programs and engines keep in it', async () => {
    const { files, leftOut, description } = await read('rootfs');
    expect(files).toEqual(['etc/os-release', 'home/proc/y']);
    expect(leftOut).toEqual(['dev', 'proc', 'run', 'var/lib/docker'].map((name) => join(directory, name)));
    expect(description).toMatchObject({ kind: 'rootfs', reference: directory, verified: 'not-applicable' });
  });

  it('that is any other tree is read with folders of such names', async () => {
    const { files, leftOut } = await read('dir');
    expect(files).toEqual([
      'dev/null',
      'etc/os-release',
      'home/proc/y',
      'proc/1/cmdline',
      'run/lock',
      'var/lib/docker/x',
    ]);
    expect(leftOut).toEqual([]);
  });

  it('leaves the host’s own ones out when they lie in the tree', () => {
    expect(openTree('dir', '/').leftOut).toEqual(expect.arrayContaining(['/dev', '/proc', '/sys']));
  });

  it('may be named by a link', async () => {
    const link = join(directory, 'link');
    symlinkSync(join(directory, 'etc'), link);
    expect((await read('dir', link)).files).toEqual(['os-release']);
  });

  it('must be one', () => {
    for (const path of [join(directory, 'absent'), join(directory, 'etc/os-release')]) {
      expect(() => openTree('dir', path)).toThrow(expect.objectContaining({ code: 'FILE_UNREADABLE', kind: 'usage' }));
    }
  });
});
