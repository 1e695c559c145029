import { sign, verify } from 'node:crypto';
import { HoldfastError } from '#core/errors.ts';
import { isKeyName, type Signer, type VerifierKey } from '#ledger/note/keys.ts';
import { readBase64, readText } from '#ledger/note/text.ts';

/** A text and who is said to have signed it (C2SP signed-note). Nothing is proved before {@link verifyNote}. */
export interface SignedNote {
  /** Ends in a line feed; this is what is signed, as UTF-8. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** One signature line. */
export interface NoteSignature {
  /** The key's. */
  readonly name: string;
  /** 8 lower-case hexadecimal digits. */
  readonly keyId: string;
  /** Without the key id. Its form is the key's: 64 bytes for Ed25519. */
  readonly signature: Buffer;
}

/** Signatures of a note by known keys, which are good, and by others, which say nothing. */
export interface VerifiedNote {
  readonly verified: readonly NoteSignature[];
  readonly unverified: readonly NoteSignature[];
}

const LIMIT_BYTES = 1_000_000;
const MOST_SIGNATURES = 100;
const KEY_ID_BYTES = 4;
const ED25519_SIGNATURE_BYTES = 64;
const PREFIX = '\u2014 ';

/**
 * Reads a note (C2SP signed-note, "Format"). Base64 must be canonical, so that a note has one form.
 * @throws `NOTE_MALFORMED`, also above 1 MB or 100 signatures
 */
export function parseNote(input: string | Uint8Array): SignedNote {
  const note = readText(input, LIMIT_BYTES);
  if (note === undefined) throw malformed('it is longer than 1 MB or no UTF-8');
  if (/[\u0000-\u0009\u000b-\u001f]/.test(note)) throw malformed('it has control characters');
  const split = note.lastIndexOf('\n\n');
  const block = note.slice(split + 2);
  if (split < 0 || !block.endsWith('\n')) throw malformed('it does not end in a blank line and signatures');
  const lines = block.slice(0, -1).split('\n', MOST_SIGNATURES + 1);
  if (lines.length > MOST_SIGNATURES) throw malformed(`it has more than ${MOST_SIGNATURES} signatures`);
  return { text: note.slice(0, split + 1), signatures: lines.map(parseSignature) };
}

function parseSignature(line: string, index: number): NoteSignature {
  const [name = '', base64 = '', ...more] = line.startsWith(PREFIX) ? line.slice(PREFIX.length).split(' ', 3) : [];
  const bytes = readBase64(base64);
  if (more.length > 0 || !isKeyName(name) || bytes === undefined || bytes.length <= KEY_ID_BYTES) {
    throw malformed(`its signature line ${index + 1} is none`);
  }
  return { name, keyId: bytes.toString('hex', 0, KEY_ID_BYTES), signature: bytes.subarray(KEY_ID_BYTES) };
}

/** The note as text, which {@link parseNote} reads back as the same. @throws `NOTE_MALFORMED` for what it would refuse */
export function formatNote({ text, signatures }: SignedNote): string {
  const lines = signatures.map(({ name, keyId, signature }) => {
    const bytes = Buffer.concat([Buffer.from(keyId, 'hex'), signature]);
    return `${PREFIX}${name} ${bytes.toString('base64')}\n`;
  });
  const note = `${text}\n${lines.join('')}`;
  const read = parseNote(note);
  if (read.text !== text) throw malformed('its text does not end in a line feed');
  if (read.signatures.some(({ keyId }, at) => keyId !== signatures[at]?.keyId)) throw malformed('a key id is none');
  return note;
}

/** The text, signed: a whole note. @throws `NOTE_MALFORMED` for a text that a note cannot hold */
export function signNote(text: string, { name, keyId, privateKey }: Signer): string {
  return formatNote({ text, signatures: [{ name, keyId, signature: sign(null, Buffer.from(text), privateKey) }] });
}

/**
 * Checks the signatures of known keys; those of others are listed and mean nothing (C2SP signed-note, "Signatures").
 * `verified` is never empty. Only then may the text be believed.
 * @throws `NOTE_SIGNATURE_BAD` when a signature of a known key is not good, whatever the others are, and
 * `NOTE_SIGNER_UNKNOWN` when no known key has signed
 */
export function verifyNote(note: SignedNote, verifiers: readonly VerifierKey[]): VerifiedNote {
  const text = Buffer.from(note.text);
  const verified: NoteSignature[] = [];
  const unverified: NoteSignature[] = [];
  for (const found of note.signatures) {
    const known = verifiers.filter(({ name, keyId }) => name === found.name && keyId === found.keyId);
    if (known.length === 0) unverified.push(found);
    else if (known.some((key) => isGood(text, found.signature, key))) verified.push(found);
    else {
      throw new HoldfastError(
        'NOTE_SIGNATURE_BAD',
        `The signature of ${found.name}+${found.keyId} is not of this text`,
      );
    }
  }
  if (verified.length > 0) return { verified, unverified };
  throw new HoldfastError('NOTE_SIGNER_UNKNOWN', 'No known key has signed the note', {
    hint: `Its signatures are by ${note.signatures
      .map(({ name, keyId }) => `${name}+${keyId}`)
      .join(', ')
      .slice(0, 300)}.`,
  });
}

function isGood(text: Buffer, signature: Buffer, { publicKey }: VerifierKey): boolean {
  return signature.length === ED25519_SIGNATURE_BYTES && verify(null, text, publicKey, signature);
}

function malformed(why: string): HoldfastError {
  return new HoldfastError('NOTE_MALFORMED', `This is no signed note: ${why}`);
}
