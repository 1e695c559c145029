import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRangeHasher, type RangeHasher } from '#base/hash/range-hash.ts';
import { parseDigest } from '#core/digest.ts';
import { inChunks } from '../../test/fakes/chunks.ts';
import { tarOf } from '../../test/fakes/tar.ts';
import { zstdFrame } from '../../test/fakes/zstd.ts';
import type { LayerContent, LayerIdentity } from './image.ts';
import type { LayerVisitor } from './layer-visitor.ts';
import { readLayerArchive } from './read-layer.ts';

const digest = (bytes: Buffer, algorithm = 'sha256') =>
  parseDigest(`${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`);

const LAYER = tarOf([
  { name: 'etc/', type: '5' },
  { name: 'etc/.wh.old' },
  { name: 'etc/.wh..wh..opq' },
  { name: '.wh.top' },
  { name: '.wh..wh..opq' },
  { name: '.wh..wh.aufs' },
  { name: '.wh..wh.plnk/', type: '5' },
  { name: '.wh..wh.plnk/12.34', body: 'x' },
  { name: '.wh.' },
  { name: 'etc/os-release', body: 'ID=debian' },
]);
const FORMS = { plain: LAYER, gzip: gzipSync(LAYER), zstd: zstdFrame(LAYER) };

describe('reading a layer', () => {
  let directory = '';
  let hasher: RangeHasher;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'holdfast-layer-'));
    hasher = createRangeHasher();
  });
  afterAll(async () => {
    await hasher.close();
    rmSync(directory, { recursive: true });
  });

  const contents = (bytes: Buffer): LayerContent[] => {
    const file = join(directory, 'blob');
    writeFileSync(file, Buffer.concat([Buffer.from('before'), bytes, Buffer.from('after')]));
    return [
      { kind: 'range', file, offset: 6, sizeBytes: bytes.length },
      { kind: 'stream', chunks: inChunks(bytes, 100) },
    ];
  };
  const read = async (content: LayerContent, expected: LayerIdentity = {}, verify = true) => {
    const seen: string[] = [];
    const visitor: LayerVisitor = {
      problem: ({ code }) => seen.push(code),
      whiteout: (path) => seen.push(`- ${path}`),
      opaque: (path) => seen.push(`= ${path}`),
      entry: ({ path }) => {
        seen.push(path);
        return undefined;
      },
    };
    if (content.kind !== 'range' && content.kind !== 'stream') throw new Error('no archive');
    return { seen, digests: await readLayerArchive(content, expected, visitor, { hasher, verify }) };
  };

  it.each(Object.entries(FORMS))('%s shows its entries and whiteouts, and computes its digests', async (_, bytes) => {
    for (const content of contents(bytes)) {
      const { seen, digests } = await read(content);
      expect(seen).toEqual(['etc', '- etc/old', '= etc', '- top', '= ', 'etc/os-release']);
      expect(digests).toEqual({ digest: digest(bytes), diffId: digest(LAYER) });
    }
  });

  it.each(Object.entries(FORMS))('%s compares both digests, of whatever kind', async (_, bytes) => {
    const wrong = digest(Buffer.from('something else'));
    for (const algorithm of ['sha256', 'sha512']) {
      for (const other of ['sha256', 'sha384']) {
        const right = { digest: digest(bytes, algorithm), diffId: digest(LAYER, other) };
        for (const content of contents(bytes)) expect((await read(content, right)).digests).toEqual(right);
        for (const part of ['digest', 'diffId'] as const) {
          for (const content of contents(bytes)) {
            await expect(read(content, { ...right, [part]: wrong })).rejects.toMatchObject({
              code: 'IMAGE_DIGEST_MISMATCH',
              path: wrong,
            });
          }
        }
      }
    }
  });

  it('hashes nothing when it is told not to', async () => {
    const wrong = { digest: digest(Buffer.from('x')), diffId: digest(Buffer.from('y')) };
    for (const bytes of Object.values(FORMS)) {
      for (const content of contents(bytes)) expect((await read(content, wrong, false)).digests).toEqual({});
    }
  });

  it('also hashes what follows the end of the archive', async () => {
    const longer = Buffer.concat([LAYER, Buffer.alloc(5000, 'x')]);
    for (const content of contents(longer)) expect((await read(content)).digests.diffId).toBe(digest(longer));
    for (const content of contents(gzipSync(longer))) {
      expect((await read(content)).digests.diffId).toBe(digest(longer));
    }
  });

  it('refuses compressed bytes that are damaged in the middle', async () => {
    const noise = Buffer.from(Array.from({ length: 50_000 }, (_, i) => (i * i * 31) & 0xff));
    const large = tarOf([{ name: 'a', body: noise }]);
    for (const [code, bytes] of [
      ['GZIP_CORRUPT', gzipSync(large)],
      ['ZSTD_CORRUPT', zstdFrame(large.subarray(0, 30_000), large.subarray(30_000))],
    ] as const) {
      // The type of the second block of zstd; anything of gzip's.
      const at = code === 'ZSTD_CORRUPT' ? 6 + 3 + 30_000 : bytes.length >> 1;
      bytes.writeUInt8(bytes.readUInt8(at) ^ 0x06, at);
      for (const content of contents(bytes)) await expect(read(content)).rejects.toMatchObject({ code });
    }
  });

  it('says when the file cannot be read', async () => {
    for (const file of [join(directory, 'absent'), directory]) {
      await expect(read({ kind: 'range', file, offset: 0, sizeBytes: 10 })).rejects.toMatchObject({
        code: 'FILE_UNREADABLE',
        path: file,
      });
    }
  });

  it('finds a file that became shorter damaged', async () => {
    const [content] = contents(LAYER);
    if (content?.kind !== 'range') throw new Error('no range');
    const longer = { ...content, sizeBytes: LAYER.length + 100 };
    await expect(read(longer, { diffId: digest(LAYER) })).rejects.toMatchObject({ code: 'IMAGE_DIGEST_MISMATCH' });
  });
});
