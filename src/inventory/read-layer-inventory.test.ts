import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Cache } from '#base/cache/directory-cache.ts';
import { createRangeHasher } from '#base/hash/range-hash.ts';
import { parseDigest } from '#core/digest.ts';
import type { LayerContent, LayerIdentity } from '#image/image.ts';
import { inChunks } from '../../test/fakes/chunks.ts';
import { dpkgStatus } from '../../test/fakes/layers.ts';
import { type TarFile, tarOf } from '../../test/fakes/tar.ts';
import { dpkg } from './catalogers/dpkg/index.ts';
import { npmInstalled } from './catalogers/npm-installed/index.ts';
import { rpm } from './catalogers/rpm/index.ts';
import { type InventoryReading, layerInventoryReader } from './read-layer-inventory.ts';

const digest = (bytes: Buffer) => parseDigest(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);
const STATUS: TarFile = { name: 'var/lib/dpkg/status', body: dpkgStatus('bash 5.2-1') };
const LAYER = tarOf([STATUS]);

/** A cache in memory that says what was put into it. */
function memoryCache(): Cache & { readonly entries: Map<string, Buffer> } {
  const entries = new Map<string, Buffer>();
  return { entries, get: (key) => entries.get(key), put: (key, bytes) => void entries.set(key, bytes) };
}

const hasher = createRangeHasher();
const readerOf = (cache: Cache, more: Partial<InventoryReading> = {}) =>
  layerInventoryReader({ catalogers: [dpkg], executables: [], cache, hasher, verify: true, ...more });
const streamOf = (bytes: Buffer): LayerContent => ({ kind: 'stream', chunks: inChunks(bytes, 1000) });
/** Fails when it is read: the cache must have answered. */
const unread = (): LayerContent => ({
  kind: 'stream',
  chunks: (async function* (): AsyncGenerator<Buffer> {
    yield Buffer.alloc(0);
    throw new Error('the layer was read');
  })(),
});

describe('layers that were read before', () => {
  let cache = memoryCache();
  beforeEach(() => {
    cache = memoryCache();
  });

  it('are not read again, in whatever form they come', async () => {
    const zipped = gzipSync(LAYER);
    const expected = { digest: digest(zipped), diffId: digest(LAYER) };
    const first = await readerOf(cache)(streamOf(zipped), expected);
    const again = await readerOf(cache)(unread(), { diffId: digest(LAYER) });
    expect(again.result).toEqual(first.result);
    expect(first.result.files).toHaveLength(1);
    expect(again.diffId).toBe(digest(LAYER));
  });

  it('are known by the diffID that was computed when none was told', async () => {
    await readerOf(cache)(streamOf(gzipSync(LAYER)), {});
    await readerOf(cache)(unread(), { diffId: digest(LAYER) });
  });

  it('are read again when the diffID, a cataloger or its version differs', async () => {
    const expected = { diffId: digest(LAYER) };
    await readerOf(cache)(streamOf(LAYER), expected);
    const other = { ...dpkg, id: 'other' };
    const newer = { ...dpkg, version: dpkg.version + 1 };
    for (const catalogers of [[other], [newer], [dpkg, other], []]) {
      await expect(readerOf(cache, { catalogers })(unread(), expected)).rejects.toThrow('the layer was read');
    }
    const longer = tarOf([STATUS, { name: 'more' }]);
    await expect(readerOf(cache)(unread(), { diffId: digest(longer) })).rejects.toThrow('the layer was read');
    await expect(readerOf(cache)(unread(), {})).rejects.toThrow('the layer was read');
  });

  it('without their bytes being verified are neither kept nor taken from those that were', async () => {
    const expected = { diffId: digest(LAYER) };
    await readerOf(cache, { verify: false })(streamOf(LAYER), expected);
    expect(cache.entries.size).toBe(0);
    await readerOf(cache)(streamOf(LAYER), expected);
    const unverified = readerOf(cache, { verify: false });
    await expect(unverified(unread(), expected)).rejects.toThrow('the layer was read');
  });

  it('are not kept when anything was wrong with them', async () => {
    const broken: LayerIdentity[] = [{ diffId: digest(Buffer.from('x')) }, { digest: digest(Buffer.from('x')) }];
    for (const expected of broken) await expect(readerOf(cache)(streamOf(LAYER), expected)).rejects.toThrow();
    const bad = tarOf([STATUS, { name: '../../out' }]);
    const { result } = await readerOf(cache)(streamOf(bad), { diffId: digest(bad) });
    expect(result.problems).toMatchObject([{ code: 'TAR_PATH_REFUSED' }]);
    const cut = LAYER.subarray(0, 540);
    await readerOf(cache)(streamOf(cut), { diffId: digest(cut) });
    expect(cache.entries.size).toBe(0);
  });

  it('are read when what was kept makes no sense', async () => {
    const expected = { diffId: digest(LAYER) };
    await readerOf(cache)(streamOf(LAYER), expected);
    for (const key of cache.entries.keys()) cache.entries.set(key, Buffer.from('nonsense'));
    const { result } = await readerOf(cache)(streamOf(LAYER), expected);
    expect(result.files).toHaveLength(1);
  });
});

describe('package files that are hard links to files that nobody would read', () => {
  const store = (name: string, version = '1.0.0'): TarFile => ({
    name: `root/.store/${name}`,
    body: JSON.stringify({ name, version }),
  });
  const linked = (name: string, target = `root/.store/${name}`): TarFile => ({
    name: `srv/node_modules/${name}/package.json`,
    type: '1',
    link: target,
  });
  const names = async (files: readonly TarFile[], form: 'range' | 'stream' | 'again' | 'gzip') => {
    const plain = tarOf(files);
    const bytes = form === 'gzip' ? gzipSync(plain) : plain;
    const cache = memoryCache();
    const read = readerOf(cache, { catalogers: [npmInstalled, rpm] });
    const chunks = () => inChunks(bytes, 1000);
    const directory = mkdtempSync(join(tmpdir(), 'holdfast-links-'));
    try {
      writeFileSync(join(directory, 'layer'), bytes);
      const range = { kind: 'range', file: join(directory, 'layer'), offset: 0, sizeBytes: bytes.length } as const;
      const stream = { kind: 'stream', chunks: chunks(), ...(form === 'again' ? { again: chunks } : {}) } as const;
      const content = form === 'range' || form === 'gzip' ? range : stream;
      const { result } = await read(content, { diffId: digest(plain) });
      expect(cache.entries.size).toBe(result.problems.length === 0 ? 1 : 0);
      const found = result.files.flatMap(({ path, items }) =>
        items.flatMap((item) => (item.kind === 'package' ? [`${path.split('/').at(-2)} ${item.package.version}`] : [])),
      );
      return [...found, ...result.problems.map(({ code }) => code)];
    } finally {
      rmSync(directory, { recursive: true });
    }
  };

  it('are found where the layer can be read once more, and said where it cannot', async () => {
    const files = [store('a'), store('b'), linked('a'), linked('b')];
    for (const form of ['range', 'gzip', 'again'] as const)
      expect(await names(files, form)).toEqual(['a 1.0.0', 'b 1.0.0']);
    expect(await names(files, 'stream')).toEqual(['HARDLINK_UNREAD', 'HARDLINK_UNREAD']);
  });

  it('are what their target was when the link came', async () => {
    expect(await names([store('a', '1.0.0'), linked('a'), store('a', '2.0.0')], 'range')).toEqual(['a 1.0.0']);
    expect(await names([store('a', '1.0.0'), store('a', '2.0.0'), linked('a')], 'range')).toEqual(['a 2.0.0']);
    const twice = [store('a', '1.0.0'), linked('a'), store('a', '2.0.0'), linked('a')];
    expect(await names(twice, 'range')).toEqual(['a 2.0.0']);
    const replaced = [store('a'), linked('a'), { name: 'srv/node_modules/a/package.json', type: '5' }];
    expect(await names(replaced, 'range')).toEqual([]);
  });

  it('stay unread when they lead nowhere, to something too large, or wait for others', async () => {
    const large = { name: 'root/.store/a', body: Buffer.alloc(5 * 1024 * 1024) };
    for (const files of [
      [linked('a')],
      [linked('a'), store('a')],
      [linked('a', linked('b').name), linked('b', linked('a').name)].slice(0, 1),
      [{ name: 'root/.store/a', type: '5' }, linked('a')],
      [large, linked('a')],
      [store('a'), { name: 'var/lib/rpm/Packages', type: '1', link: 'root/.store/a' }],
    ]) {
      expect(await names(files, 'range')).toEqual(['HARDLINK_UNREAD']);
    }
  });
});

describe('a directory', () => {
  let directory = '';
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'holdfast-tree-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('is never kept: nothing says when it changes', async () => {
    const cache = memoryCache();
    writeFileSync(join(directory, 'file'), 'x');
    const content: LayerContent = { kind: 'tree', directory, leaveOut: [] };
    expect((await readerOf(cache)(content, { diffId: digest(LAYER) })).result.entries).toBe(1);
    expect((await readerOf(cache)(content, {})).result.entries).toBe(1);
    expect(cache.entries.size).toBe(0);
  });
});
