import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gathered, inChunks } from '../../../test/fakes/chunks.ts';
import { skippableFrame, zstdFrame } from '../../../test/fakes/zstd.ts';
import { runs } from '../../../test/harness/runs.ts';
import { decompress } from './decompress.ts';
import { unzstd } from './zstd.ts';
import { portableZstd } from './zstd-portable.ts';

/** Two hundred lines as the zstd program compresses them, with a checksum. */
const COMPRESSED = Buffer.from(
  'KLUv/QRYzQcAks4jGJA1aQNgm1Ffo7LjiN2tiOydUibM2JU1J3d3d3d3ZmZmZmZVVVVVVURERERE////v23btt22bduSJEmSMzMzMyMiIiIiMnd3d3' +
    'd3ZmZmZmZVVVVVVURERERE////v23btt22bduSJEmSMzMzM3NWdJczCAjDASAhgDAQFBKjGBSKURQQijEYAQNDBgFhOASAx6gh+Pb/DMAzqtUR' +
    '/P8IgUTnx6jbu93N3e7tbu92d3e7t3u1Q7uoUM5LyEvGS8JLvEtyl2yXZJdYl3TVVdryJm95l7d8y7u85VveI2eJs2+2za5ZNHtmy6wuZsHkYW' +
    'vYCmwow9qq6RgTbw==',
  'base64',
);
const TEXT = Array.from({ length: 200 }, (_, i) => `line ${i} of a text that shrinks\n`).join('');
/** The same without a checksum, one sentence forty times. */
const UNCHECKED = Buffer.from('KLUv/QBYPQEA6FRoZSBzYW1lIHNlbnRlbmNlIGFnYWluIGFuZC4gAgBSGfXxxcoY', 'base64');
const SENTENCES = 'The same sentence again and again. '.repeat(40);

const CORRUPT = { code: 'ZSTD_CORRUPT' };

describe.each([
  ['with what this Node has', 8],
  ['in WebAssembly', 0],
])('zstd %s', (_, nativeFrames) => {
  const text = async (bytes: Buffer, size = 100) =>
    (await gathered(unzstd(inChunks(bytes, size), nativeFrames))).toString();
  // Errors of Node's own decoder get their code one level up.
  const outcome = (bytes: Buffer) =>
    gathered(decompress(inChunks(bytes, 100), 'zstd', undefined, undefined)).then(
      (all) => all,
      (error: unknown) => error,
    );

  it('is decompressed in chunks of any size', async () => {
    for (const size of [1, 2, 5, 100, 10_000]) {
      expect(await text(COMPRESSED, size)).toBe(TEXT);
      expect(await text(UNCHECKED, size)).toBe(SENTENCES);
    }
  });

  it('may have any number of frames, also such as are skipped', async () => {
    const frames = Array.from({ length: 40 }, (_, i) => zstdFrame(Buffer.from(`frame ${i};`)));
    const expected = Array.from({ length: 40 }, (_, i) => `frame ${i};`).join('');
    expect(await text(Buffer.concat(frames))).toBe(expected);
    const skipped = skippableFrame(Buffer.alloc(5000, 7));
    expect(await text(Buffer.concat([skipped, COMPRESSED, skipped, zstdFrame(), UNCHECKED, skipped]))).toBe(
      TEXT + SENTENCES,
    );
  });

  it('may be longer than any buffer', async () => {
    const raw = Buffer.from(Array.from({ length: 700_001 }, (_, i) => i % 251));
    const bytes = zstdFrame(raw, { byte: 0x61, times: 1_000_000 }, raw);
    const all = await gathered(unzstd(inChunks(bytes, 65_536), nativeFrames));
    expect(all.equals(Buffer.concat([raw, Buffer.alloc(1_000_000, 'a'), raw]))).toBe(true);
  });

  it('may end exactly where a buffer ends', async () => {
    for (const times of [131_072, 262_144, 524_288]) {
      expect((await text(zstdFrame({ byte: 0x61, times }), 1 << 20)).length).toBe(times);
    }
  });

  it('that was cut off anywhere is refused', async () => {
    for (const frame of [COMPRESSED, zstdFrame(Buffer.from('abc'), { byte: 1, times: 9 })]) {
      for (let length = 1; length < frame.length; length += 1) {
        expect(await outcome(frame.subarray(0, length))).toMatchObject(CORRUPT);
        expect(await outcome(Buffer.concat([frame, frame.subarray(0, length)]))).toMatchObject(CORRUPT);
      }
    }
    expect(await outcome(skippableFrame(Buffer.alloc(9)).subarray(0, 12))).toMatchObject(CORRUPT);
  });

  it('with something else behind it is refused', async () => {
    expect(await outcome(Buffer.concat([COMPRESSED, Buffer.from('something else')]))).toMatchObject(CORRUPT);
    expect(await outcome(Buffer.concat([COMPRESSED, Buffer.alloc(64)]))).toMatchObject(CORRUPT);
  });

  it('with a window that takes too much memory is refused', async () => {
    const greedy = zstdFrame(Buffer.from('abc'));
    greedy.writeUInt8((18 << 3) | 0, 5);
    expect(await outcome(greedy)).toMatchObject({ ...CORRUPT, message: expect.stringContaining('268435456') });
    greedy.writeUInt8(17 << 3, 5);
    expect(await text(greedy)).toBe('abc');
  });

  it('with flipped bits ends: refused, or with the checksum right', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer({ min: 4, max: COMPRESSED.length - 1 }), fc.nat(7)), {
          minLength: 1,
          maxLength: 3,
        }),
        async (flips) => {
          const bytes = Buffer.from(COMPRESSED);
          for (const [at, bit] of flips) bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << bit), at);
          const got = await outcome(bytes);
          if (!Buffer.isBuffer(got)) expect(got).toMatchObject(CORRUPT);
          // Bit 2 of the descriptor says whether there is a checksum at all.
          else if ((bytes.readUInt8(4) & 4) !== 0) expect(got.toString()).toBe(TEXT);
        },
      ),
      { numRuns: runs(75) },
    );
  });

  it('leaves no memory behind, however it ends', async () => {
    // 400 windows of 8 MiB would be more than a WebAssembly memory can ever hold.
    const good = zstdFrame(Buffer.alloc(300_000, 'a'));
    good.writeUInt8(13 << 3, 5);
    const bad = Buffer.from(good);
    bad.writeUInt8(0x06, 131_072 + 9);
    for (let run = 0; run < 400; run += 1) {
      if (run % 2 === 0) await expect(gathered(unzstd(inChunks(bad, 1 << 20), nativeFrames))).rejects.toThrow();
      else for await (const _ of unzstd(inChunks(good, 1 << 20), nativeFrames)) break;
    }
    expect((await text(good)).length).toBe(300_000);
  });
});

describe('zstd in memory', () => {
  it('is decompressed whole, also after frames that were broken or too large', async () => {
    const zstd = await portableZstd();
    try {
      for (let round = 0; round < 3; round += 1) {
        expect(zstd.whole(COMPRESSED, TEXT.length).toString()).toBe(TEXT);
        expect(() => zstd.whole(COMPRESSED.subarray(0, 80), 1e6)).toThrow(expect.objectContaining(CORRUPT));
        expect(() => zstd.whole(COMPRESSED, TEXT.length - 1)).toThrow(
          expect.objectContaining({ code: 'DECOMPRESS_LIMIT' }),
        );
        for (const times of [524_288, 3_000_000]) {
          const large = zstdFrame({ byte: 7, times });
          expect(zstd.whole(large, times).equals(Buffer.alloc(times, 7))).toBe(true);
        }
      }
    } finally {
      zstd.close();
    }
  });
});
