import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HoldfastError } from '#core/errors.ts';
import { EMPTY_ROOT, leafHash } from '#ledger/tree/hash.ts';
import { type Checkpoint, formatCheckpoint, openCheckpoint, parseCheckpoint } from './checkpoint.ts';
import { generateSigner } from './keys.ts';
import { signNote } from './signed-note.ts';

const signer = generateSigner('log.example/one');
const ROOT = leafHash(Buffer.from('a'));
const CHECKPOINT: Checkpoint = { origin: signer.name, size: 7, root: ROOT, extensions: [] };
const TEXT = `log.example/one\n7\n${ROOT.toString('base64')}\n`;
const MALFORMED = expect.objectContaining({ name: 'HoldfastError', code: 'CHECKPOINT_MALFORMED' });

describe('a checkpoint', () => {
  it('has origin, size and root, a line each', () => {
    expect(formatCheckpoint(CHECKPOINT)).toBe(TEXT);
    expect(parseCheckpoint(TEXT)).toEqual(CHECKPOINT);
  });

  it('may have further lines, an origin with spaces, no leaves and the most leaves', () => {
    for (const change of [
      { extensions: ['one', 'two words'] },
      { origin: 'go.sum database tree' },
      { size: 0, root: EMPTY_ROOT },
      { size: Number.MAX_SAFE_INTEGER },
    ]) {
      const checkpoint = { ...CHECKPOINT, ...change };
      expect(parseCheckpoint(formatCheckpoint(checkpoint))).toEqual(checkpoint);
    }
  });

  it.each([
    ['no text', ''],
    ['two lines', 'a\n7\n'],
    ['no last line feed', TEXT.slice(0, -1)],
    ['an empty origin', TEXT.replace('log.example/one', '')],
    ['an empty further line', `${TEXT}\n`],
    ['a whole note', signNote(TEXT, signer)],
    ['a leading zero', TEXT.replace('7', '07')],
    ['a sign', TEXT.replace('7', '+7')],
    ['a negative size', TEXT.replace('7', '-7')],
    ['a size with spaces', TEXT.replace('7', ' 7')],
    ['a hexadecimal size', TEXT.replace('7', '0x7')],
    ['a broken size', TEXT.replace('7', '7.0')],
    ['a size of 2^53', TEXT.replace('7', '9007199254740992')],
    ['an endless size', TEXT.replace('7', '1'.repeat(400))],
    ['Arabic digits', TEXT.replace('7', '٧')],
    ['carriage returns', TEXT.replaceAll('\n', '\r\n')],
    ['a short root', TEXT.replace(ROOT.toString('base64'), ROOT.subarray(1).toString('base64'))],
    ['a root without padding', TEXT.replace('=', '')],
    ['a hexadecimal root', TEXT.replace(ROOT.toString('base64'), ROOT.toString('hex'))],
    ['a root that an empty tree has not', TEXT.replace('7', '0')],
    ['half of a surrogate pair', `${TEXT}\ud800\n`],
  ])('is none with %s', (_, text) => {
    expect(() => parseCheckpoint(text)).toThrow(MALFORMED);
  });

  it('is not made of what it cannot hold', () => {
    for (const change of [
      { origin: '' },
      { origin: 'a\nb' },
      { size: -1 },
      { size: 0.5 },
      { size: 1e21 },
      { root: Buffer.alloc(31) },
      { extensions: [''] },
      { extensions: ['a\nb'] },
    ]) {
      expect(() => formatCheckpoint({ ...CHECKPOINT, ...change })).toThrow(MALFORMED);
    }
  });
});

describe('opening a signed checkpoint', () => {
  const open = (note: string) => openCheckpoint(note, signer.verifierKey);

  it('believes what the log’s own key has signed of this log', () => {
    expect(open(signNote(TEXT, signer))).toEqual({ kind: 'good', checkpoint: CHECKPOINT });
    expect(openCheckpoint(Buffer.from(signNote(TEXT, signer)), signer.verifierKey).kind).toBe('good');
  });

  it('says what is wrong with any other', () => {
    const note = signNote(TEXT, signer);
    expect(open(note.replace('\n7\n', '\n8\n')).kind).toBe('bad-signature');
    expect(open(signNote(TEXT, generateSigner(signer.name))).kind).toBe('unsigned');
    expect(open(signNote(TEXT, generateSigner('other.example'))).kind).toBe('unsigned');
    expect(open(signNote(TEXT.replace('one', 'two'), signer))).toEqual({
      kind: 'other-origin',
      origin: 'log.example/two',
    });
    expect(open(signNote('no checkpoint\n', signer)).kind).toBe('malformed');
    expect(open(TEXT).kind).toBe('malformed');
  });

  it('never throws', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(TEXT, 'a\n1\n2\n'));
    fc.assert(
      fc.property(text, fc.boolean(), (given, signed) => {
        try {
          expect(open(signed ? signNote(given, signer) : given).kind).toBe(
            signed && given === TEXT ? 'good' : 'malformed',
          );
        } catch (error) {
          expect(error).toBeInstanceOf(HoldfastError);
          expect(signed).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });
});
