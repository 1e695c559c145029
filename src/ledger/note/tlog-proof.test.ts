import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HoldfastError } from '#core/errors.ts';
import { leafHash } from '#ledger/tree/hash.ts';
import { formatTlogProof, parseTlogProof, type TlogProof } from './tlog-proof.ts';

const hashes = ['a', 'b', 'c'].map((text) => leafHash(Buffer.from(text)));
const [first = '', second = '', third = ''] = hashes.map((hash) => hash.toString('base64'));
const CHECKPOINT = 'log.example\n8\nroot\n\n\u2014 log.example signature\n';
const PROOF: TlogProof = { index: 5, hashes, checkpoint: CHECKPOINT, extra: Buffer.from('more') };
const TEXT = `c2sp.org/tlog-proof@v1\nextra bW9yZQ==\nindex 5\n${first}\n${second}\n${third}\n\n${CHECKPOINT}`;
const MALFORMED = expect.objectContaining({ name: 'HoldfastError', code: 'TLOG_PROOF_MALFORMED' });

describe('a proof file', () => {
  it('holds extra data, index, hashes and the checkpoint as it was', () => {
    expect(formatTlogProof(PROOF)).toBe(TEXT);
    expect(parseTlogProof(TEXT)).toEqual(PROOF);
    expect(parseTlogProof(Buffer.from(TEXT))).toEqual(PROOF);
  });

  it('may have no extra data, no hashes, and the most hashes', () => {
    const small = { index: 0, hashes: [], checkpoint: CHECKPOINT };
    expect(formatTlogProof(small)).toBe(`c2sp.org/tlog-proof@v1\nindex 0\n\n${CHECKPOINT}`);
    expect(parseTlogProof(formatTlogProof(small))).toEqual(small);
    const large = { ...PROOF, index: 2 ** 53 - 2, hashes: Array.from({ length: 53 }, () => leafHash(Buffer.of(1))) };
    expect(parseTlogProof(formatTlogProof(large))).toEqual(large);
  });

  it.each([
    ['nothing', ''],
    ['another first line', TEXT.replace('@v1', '@v2')],
    ['something before it', `\n${TEXT}`],
    ['no index', TEXT.replace('index 5\n', '')],
    ['an index with a leading zero', TEXT.replace('index 5', 'index 05')],
    ['an index of 2^53', TEXT.replace('index 5', 'index 9007199254740992')],
    ['a negative index', TEXT.replace('index 5', 'index -1')],
    ['the index twice', TEXT.replace('index 5', 'index 5\nindex 5')],
    ['the extra line behind the index', TEXT.replace('extra bW9yZQ==\nindex 5', 'index 5\nextra bW9yZQ==')],
    ['the extra line twice', TEXT.replace('extra', 'extra bW9yZQ==\nextra')],
    ['empty extra data', TEXT.replace('bW9yZQ==', '')],
    ['extra data that are no base64', TEXT.replace('bW9yZQ==', 'bW9yZQ')],
    ['a short hash', TEXT.replace(second, hashes[1]?.subarray(1).toString('base64') ?? '')],
    ['a hexadecimal hash', TEXT.replace(second, hashes[1]?.toString('hex') ?? '')],
    ['a space behind a hash', TEXT.replace(second, `${second} `)],
    ['carriage returns', TEXT.replaceAll('\n', '\r\n')],
    ['no checkpoint', TEXT.slice(0, -CHECKPOINT.length)],
    ['no blank line', TEXT.replaceAll('\n\n', '\n')],
    ['too many hashes', TEXT.replace(second, `${second}\n`.repeat(52).trimEnd())],
    ['far too many lines', TEXT.replace(second, `${second}\n`.repeat(9000).trimEnd())],
    ['too many bytes', TEXT + 'a'.repeat(2_000_000)],
    ['half of a surrogate pair', `${TEXT}\ud800`],
  ])('is none with %s', (_, text) => {
    expect(() => parseTlogProof(text)).toThrow(MALFORMED);
  });

  it('is not made of what it cannot hold', () => {
    for (const change of [
      { index: -1 },
      { index: 0.5 },
      { hashes: [Buffer.alloc(31)] },
      { hashes: [Buffer.alloc(0)] },
      { hashes: Array.from({ length: 54 }, () => Buffer.alloc(32)) },
      { extra: Buffer.alloc(0) },
      { extra: Buffer.alloc(1_500_000) },
      { checkpoint: '' },
      { checkpoint: '\ud800' },
    ]) {
      expect(() => formatTlogProof({ ...PROOF, ...change })).toThrow(MALFORMED);
    }
  });

  it('is read or refused, whatever the bytes are, and has one form', () => {
    const piece = fc.constantFrom(
      'c2sp.org/tlog-proof@v1\n',
      'extra AA==\n',
      'index 1\n',
      `${first}\n`,
      '\n',
      'x',
      '\ud800',
    );
    const made = fc.array(piece).map((pieces) => pieces.join(''));
    const changed = fc.tuple(fc.nat(TEXT.length), fc.string({ unit: 'binary', maxLength: 2 }));
    const mutated = changed.map(([at, text]) => TEXT.slice(0, at) + text + TEXT.slice(at + 1));
    fc.assert(
      fc.property(fc.oneof(made, mutated, fc.uint8Array()), (given) => {
        try {
          expect(formatTlogProof(parseTlogProof(given))).toBe(
            typeof given === 'string' ? given : Buffer.from(given).toString(),
          );
        } catch (error) {
          expect(error).toBeInstanceOf(HoldfastError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
