import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gathered, inChunks } from '../../../test/fakes/chunks.ts';
import { skippableFrame, zstdFrame } from '../../../test/fakes/zstd.ts';
import { runs } from '../../../test/harness/runs.ts';
import { type DecompressLimits, decompress } from './decompress.ts';
import { detectCompression } from './detect.ts';

const TEXT = Buffer.from(Array.from({ length: 3000 }, (_, i) => `line ${i}: nothing to see\n`).join(''));
const unpacked = (bytes: Buffer, size = 1000, limits?: DecompressLimits) =>
  gathered(decompress(inChunks(bytes, size), detectCompression(bytes), limits));

describe('compressed bytes', () => {
  it('are told by their first bytes', () => {
    expect(detectCompression(gzipSync('a'))).toBe('gzip');
    expect(detectCompression(zstdFrame())).toBe('zstd');
    expect(detectCompression(skippableFrame(Buffer.alloc(3)))).toBe('zstd');
    expect(detectCompression(Buffer.from('fd377a585a00', 'hex'))).toBe('xz');
    expect(detectCompression(Buffer.from('BZh91AY&SY'))).toBe('bzip2');
    for (const plain of ['', 'B', 'BZh', 'usr/bin/', '\x1f', 'P*']) {
      expect(detectCompression(Buffer.from(plain, 'latin1'))).toBe('none');
    }
  });

  it('become what they were, in chunks of any size', async () => {
    const forms = [TEXT, gzipSync(TEXT), Buffer.concat([gzipSync(TEXT.subarray(0, 99)), gzipSync(TEXT.subarray(99))])];
    for (const bytes of forms) {
      for (const size of [13, 4096, 1 << 20]) expect((await unpacked(bytes, size)).equals(TEXT)).toBe(true);
    }
  });

  it('of a kind that is not read are named', async () => {
    await expect(unpacked(Buffer.from('fd377a585a000000', 'hex'))).rejects.toMatchObject({
      code: 'COMPRESSION_UNSUPPORTED',
      message: expect.stringContaining('xz'),
    });
  });

  it('in gzip that were cut off anywhere are refused', async () => {
    const bytes = gzipSync(TEXT.subarray(0, 500));
    for (let length = 2; length < bytes.length; length += 1) {
      await expect(unpacked(bytes.subarray(0, length))).rejects.toMatchObject({ code: 'GZIP_CORRUPT' });
    }
    await expect(unpacked(Buffer.concat([bytes, Buffer.from('more')]))).rejects.toMatchObject({ code: 'GZIP_CORRUPT' });
  });

  it('in gzip with flipped bits are refused, or are what they were', async () => {
    const good = gzipSync(TEXT);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: good.length - 1 }), fc.nat(7), async (at, bit) => {
        const bytes = Buffer.from(good);
        bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << bit), at);
        const outcome = await unpacked(bytes).catch((error: unknown) => (error as { code?: unknown }).code);
        expect(outcome === 'GZIP_CORRUPT' || (Buffer.isBuffer(outcome) && outcome.equals(TEXT))).toBe(true);
      }),
      { numRuns: runs(80) },
    );
  });

  it('pass on what went wrong where they came from', async () => {
    const broken = async function* () {
      yield gzipSync(TEXT).subarray(0, 50);
      throw new Error('the line went dead');
    };
    await expect(gathered(decompress(broken(), 'gzip'))).rejects.toThrow('the line went dead');
  });
});

describe('a bomb', () => {
  const MIB = 1024 * 1024;
  const bombs = { gzip: gzipSync(Buffer.alloc(16 * MIB)), zstd: zstdFrame({ byte: 0, times: 16 * MIB }) };
  const limits = (part: Partial<DecompressLimits>) => ({
    outputBytes: 64 * MIB,
    ratio: 1e9,
    ratioFromBytes: 0,
    ...part,
  });

  it.each(['gzip', 'zstd'] as const)('in %s ends at the limit of bytes', async (kind) => {
    await expect(unpacked(bombs[kind], 1000, limits({ outputBytes: 4 * MIB }))).rejects.toMatchObject({
      code: 'DECOMPRESS_LIMIT',
    });
    expect((await unpacked(bombs[kind], 1000, limits({}))).length).toBe(16 * MIB);
  });

  it.each(['gzip', 'zstd'] as const)('in %s ends at the limit of its ratio, once enough came out', async (kind) => {
    const strict = limits({ ratio: 100, ratioFromBytes: 4 * MIB });
    await expect(unpacked(bombs[kind], 1000, strict)).rejects.toMatchObject({ code: 'DECOMPRESS_LIMIT' });
    expect((await unpacked(bombs[kind], 1000, { ...strict, ratioFromBytes: 16 * MIB })).length).toBe(16 * MIB);
  });

  it('in parts ends at the limit that the parts share', async () => {
    const spent = { inputBytes: 0, outputBytes: 0 };
    const part = () =>
      gathered(decompress(inChunks(bombs.gzip, 1000), 'gzip', limits({ outputBytes: 40 * MIB }), spent));
    await part();
    await part();
    await expect(part()).rejects.toMatchObject({ code: 'DECOMPRESS_LIMIT' });
  });
});

describe('where compressed bytes come from', () => {
  const source = () => {
    const state = { closed: false };
    const chunks = async function* () {
      try {
        for (;;) yield gzipSync(Buffer.alloc(100_000, 'x'));
      } finally {
        state.closed = true;
      }
    };
    return { state, chunks };
  };

  it('is let go of when nobody wants more', async () => {
    const { state, chunks } = source();
    for await (const _ of decompress(chunks(), 'gzip')) break;
    expect(state.closed).toBe(true);
  });

  it('is let go of when they are damaged', async () => {
    const { state, chunks } = source();
    const damaged = async function* () {
      for await (const chunk of chunks()) {
        yield chunk;
        yield Buffer.from('no gzip');
      }
    };
    await expect(gathered(decompress(damaged(), 'gzip'))).rejects.toMatchObject({ code: 'GZIP_CORRUPT' });
    expect(state.closed).toBe(true);
  });
});
