import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HoldfastError } from '#core/errors.ts';
import { generateSigner } from './keys.ts';
import { formatNote, parseNote, signNote, verifyNote } from './signed-note.ts';

const signer = generateSigner('log.example/one');
const other = generateSigner('witness.example');
const TEXT = 'first line\n\nthird ünïcödé line\n';
const NOTE = signNote(TEXT, signer);
const LINE = NOTE.slice(TEXT.length + 1);
const OTHER_LINE = signNote(TEXT, other).slice(TEXT.length + 1);

const coded = (code: string) => expect.objectContaining({ name: 'HoldfastError', code });
const MALFORMED = coded('NOTE_MALFORMED');
const base64 = (sizeBytes: number) => Buffer.alloc(sizeBytes, 1).toString('base64');

describe('a signed note', () => {
  it('is read back as it was signed, and verifies', () => {
    const note = parseNote(NOTE);
    expect(note.text).toBe(TEXT);
    expect(note.signatures).toMatchObject([{ name: signer.name, keyId: signer.keyId, signature: { length: 64 } }]);
    expect(verifyNote(note, [other.verifierKey, signer.verifierKey])).toEqual({
      verified: note.signatures,
      unverified: [],
    });
    expect(formatNote(note)).toBe(NOTE);
    expect(parseNote(Buffer.from(NOTE))).toEqual(note);
  });

  it('is split at its last blank line, and may hold text that looks like signatures', () => {
    const text = `a\n\n${LINE}`;
    const note = parseNote(signNote(text, signer));
    expect(note.text).toBe(text);
    expect(verifyNote(note, [signer.verifierKey]).verified).toHaveLength(1);
  });

  it('keeps a byte order mark, which is signed too', () => {
    const note = parseNote(Buffer.from(signNote('\ufefftext\n', signer)));
    expect(note.text).toBe('\ufefftext\n');
    expect(verifyNote(note, [signer.verifierKey]).verified).toHaveLength(1);
  });

  it('may hold signatures of unknown keys, also of forms that nobody knows', () => {
    const strange = `\u2014 cosigner.example ${base64(76)}\n\u2014 x ${base64(5)}\n`;
    const note = parseNote(NOTE + OTHER_LINE + strange);
    const { verified, unverified } = verifyNote(note, [signer.verifierKey]);
    expect(verified.map(({ name }) => name)).toEqual([signer.name]);
    expect(unverified.map(({ name }) => name)).toEqual([other.name, 'cosigner.example', 'x']);
    expect(verifyNote(note, [signer.verifierKey, other.verifierKey]).verified).toHaveLength(2);
  });

  it('is refused when a known key has signed something else, whoever else has signed', () => {
    const forged = signNote('another text\n', signer).split('\n\n')[1] ?? '';
    for (const note of [`${TEXT}\n${forged}`, NOTE + forged, `${TEXT}\n${OTHER_LINE}${forged}`]) {
      expect(() => verifyNote(parseNote(note), [signer.verifierKey, other.verifierKey])).toThrow(
        coded('NOTE_SIGNATURE_BAD'),
      );
    }
    const short = parseNote(NOTE);
    const cut = short.signatures.map((found) => ({ ...found, signature: found.signature.subarray(1) }));
    expect(() => verifyNote({ ...short, signatures: cut }, [signer.verifierKey])).toThrow(coded('NOTE_SIGNATURE_BAD'));
  });

  it('is refused when no known key has signed, also under the same name or the same id', () => {
    const note = parseNote(NOTE);
    const namesake = generateSigner(signer.name).verifierKey;
    const sameId = { ...other.verifierKey, keyId: signer.keyId };
    for (const known of [[], [other.verifierKey], [namesake], [sameId]]) {
      expect(() => verifyNote(note, known)).toThrow(coded('NOTE_SIGNER_UNKNOWN'));
    }
  });

  it.each([
    ['nothing', ''],
    ['no signatures', 'text\n'],
    ['a blank line and nothing', 'text\n\n'],
    ['no blank line', `text\n${LINE}`],
    ['no text', LINE],
    ['no last line feed', NOTE.slice(0, -1)],
    ['a carriage return', NOTE.replaceAll('\n', '\r\n')],
    ['a tab', `a\tb\n\n${LINE}`],
    ['a null', `a\0b\n\n${LINE}`],
    ['a hyphen for the dash', `text\n\n${LINE.replace('\u2014', '-')}`],
    ['an en dash', `text\n\n${LINE.replace('\u2014', '\u2013')}`],
    ['no space after the dash', `text\n\n${LINE.replace('\u2014 ', '\u2014')}`],
    ['two spaces', `text\n\n${LINE.replace(' ', '  ')}`],
    ['a space at the end', `text\n\n${LINE.replace('\n', ' \n')}`],
    ['a plus in the name', `text\n\n${LINE.replace('log', 'l+g')}`],
    ['a no-break space in the name', `text\n\n${LINE.replace('log', 'l\u00a0g')}`],
    ['an empty name', `text\n\n\u2014  ${base64(68)}\n`],
    ['no signature', 'text\n\n\u2014 a\n'],
    ['a key id and no signature', `text\n\n\u2014 a ${base64(4)}\n`],
    ['base64 without its padding', `text\n\n\u2014 a ${base64(68).replace('=', '')}\n`],
    ['base64 with pad bits', 'text\n\n\u2014 a AQEBAQF=\n'],
    ['URL-safe base64', 'text\n\n\u2014 a AQEBAQ-_AQEB\n'],
    ['a text behind the signatures', `${NOTE}more\n`],
    ['half of a surrogate pair', `a\ud800\n\n${LINE}`],
    ['more than 100 signatures', `text\n\n${LINE.repeat(101)}`],
    ['more than 1 MB', `${'a'.repeat(1_000_000)}\n\n${LINE}`],
    ['more than 1 MB of UTF-8', `${'ä'.repeat(500_000)}\n\n${LINE}`],
  ])('is none with %s', (_, text) => {
    expect(() => parseNote(text)).toThrow(MALFORMED);
    if (text.isWellFormed()) expect(() => parseNote(Buffer.from(text))).toThrow(MALFORMED);
  });

  it('is none in bytes that are not UTF-8', () => {
    for (const bad of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80]]) {
      expect(() => parseNote(Buffer.concat([Buffer.from(bad), Buffer.from(NOTE)]))).toThrow(MALFORMED);
    }
  });

  it('takes 100 signatures', () => {
    expect(parseNote(`text\n\n${LINE.repeat(100)}`).signatures).toHaveLength(100);
  });

  it('is not made of a text or a signature that it cannot hold', () => {
    for (const text of ['', 'no line feed', 'a\r\n', 'a\ud800\n'])
      expect(() => signNote(text, signer)).toThrow(MALFORMED);
    const good = { name: 'a', keyId: '01020304', signature: Buffer.alloc(64) };
    expect(parseNote(formatNote({ text: 'a\n', signatures: [good] })).signatures).toEqual([good]);
    for (const bad of [
      { name: 'a\n' },
      { name: 'a b' },
      { keyId: '0102' },
      { keyId: 'zzzzzzzz' },
      { keyId: 'ABCDEF01' },
    ]) {
      expect(() => formatNote({ text: 'a\n', signatures: [{ ...good, ...bad }] })).toThrow(MALFORMED);
    }
    expect(() => formatNote({ text: 'a\n', signatures: [] })).toThrow(MALFORMED);
  });

  it('is never believed once a byte is another, and nothing but a HoldfastError is thrown', () => {
    const bytes = Buffer.from(NOTE + OTHER_LINE);
    const ownEnd = Buffer.byteLength(NOTE);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, bits) => {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ bits;
        try {
          verifyNote(parseNote(changed), [signer.verifierKey]);
          expect(at).toBeGreaterThanOrEqual(ownEnd);
        } catch (error) {
          if (!(error instanceof HoldfastError)) throw error;
        }
      }),
      { numRuns: 500 },
    );
  });

  it('is read or refused, whatever the bytes are', () => {
    const piece = fc.constantFrom('\n', '\n\n', '\u2014 ', 'a', ' ', base64(68), LINE, '\r', '\ud800', '+');
    const input = fc.oneof(
      fc.array(piece).map((pieces) => pieces.join('')),
      fc.uint8Array(),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(input, (given) => {
        try {
          const note = parseNote(given);
          expect(formatNote(note)).toBe(typeof given === 'string' ? given : Buffer.from(given).toString());
        } catch (error) {
          expect(error).toBeInstanceOf(HoldfastError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
