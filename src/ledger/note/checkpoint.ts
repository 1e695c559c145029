import { HoldfastError } from '#core/errors.ts';
import type { VerifierKey } from '#ledger/note/keys.ts';
import { parseNote, verifyNote } from '#ledger/note/signed-note.ts';
import { readBase64, readCount } from '#ledger/note/text.ts';
import { EMPTY_ROOT, HASH_BYTES } from '#ledger/tree/hash.ts';

/** What a log says of itself at one size (C2SP tlog-checkpoint). */
export interface Checkpoint {
  /** The log's identity. Ours is the name of the key that signs. */
  readonly origin: string;
  /** Leaves of the tree, at most 2^53 - 1. */
  readonly size: number;
  /** 32 bytes. */
  readonly root: Buffer;
  /** Lines that mean nothing to us. */
  readonly extensions: readonly string[];
}

/** What {@link openCheckpoint} found. Only `good` says anything of the log. */
export type OpenedCheckpoint =
  | { readonly kind: 'good'; readonly checkpoint: Checkpoint }
  | { readonly kind: 'malformed'; readonly reason: string }
  /** The log's key has not signed it. */
  | { readonly kind: 'unsigned'; readonly reason: string }
  /** A signature names the log's key and is not by it, or of another text. */
  | { readonly kind: 'bad-signature'; readonly reason: string }
  /** The key has signed it, for another log. */
  | { readonly kind: 'other-origin'; readonly origin: string };

/** The note's text, ready to be signed. @throws `CHECKPOINT_MALFORMED` for what {@link parseCheckpoint} would refuse */
export function formatCheckpoint({ origin, size, root, extensions }: Checkpoint): string {
  const lines = [origin, String(size), root.toString('base64'), ...extensions];
  const text = `${lines.join('\n')}\n`;
  if (parseCheckpoint(text).extensions.length !== extensions.length) throw malformed('a line of it is more than one');
  return text;
}

/** Reads a note's text, without the signatures. @throws `CHECKPOINT_MALFORMED` */
export function parseCheckpoint(text: string): Checkpoint {
  if (!text.endsWith('\n')) throw malformed('it does not end in a line feed');
  if (/[\u0000-\u0009\u000b-\u001f]/.test(text) || !text.isWellFormed())
    throw malformed('it has characters of no text');
  const lines = text.slice(0, -1).split('\n');
  const [origin = '', count = '', base64 = '', ...extensions] = lines;
  if (lines.length < 3 || lines.includes('')) throw malformed('it is not at least three lines, none empty');
  const size = readCount(count);
  if (size === undefined) throw malformed('its size is no number below 2^53');
  const root = readBase64(base64);
  if (root?.length !== HASH_BYTES) throw malformed('its root is no hash of 32 bytes');
  if (size === 0 && !root.equals(EMPTY_ROOT)) throw malformed('its root is not that of an empty tree');
  return { origin, size, root, extensions };
}

/** Reads a signed checkpoint and checks that this log's own key has signed it and that it is about this log. */
export function openCheckpoint(note: string | Uint8Array, verifierKey: VerifierKey): OpenedCheckpoint {
  try {
    const signed = parseNote(note);
    verifyNote(signed, [verifierKey]);
    const checkpoint = parseCheckpoint(signed.text);
    const { origin } = checkpoint;
    return origin === verifierKey.name ? { kind: 'good', checkpoint } : { kind: 'other-origin', origin };
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    const reason = error.message;
    if (error.code === 'NOTE_SIGNATURE_BAD') return { kind: 'bad-signature', reason };
    return { kind: error.code === 'NOTE_SIGNER_UNKNOWN' ? 'unsigned' : 'malformed', reason };
  }
}

function malformed(why: string): HoldfastError {
  return new HoldfastError('CHECKPOINT_MALFORMED', `This is no checkpoint: ${why}`);
}
