import { HoldfastError } from '#core/errors.ts';
import { type Checkpoint, openCheckpoint, parseCheckpoint } from '#ledger/note/checkpoint.ts';
import type { VerifierKey } from '#ledger/note/keys.ts';
import { parseNote } from '#ledger/note/signed-note.ts';

/** A checkpoint that was kept outside of the record. */
export interface OutsideCheckpoint {
  /** What people call it: a file's name. */
  readonly name: string;
  readonly note: string;
}

export type OpenedCheckpoint =
  | { readonly kind: 'read'; readonly checkpoint: Checkpoint }
  | { readonly kind: 'refused'; readonly reason: string };

/** Reads a checkpoint that the record's key must have signed. */
export function openSigned(note: string, key: VerifierKey): OpenedCheckpoint {
  const opened = openCheckpoint(note, key);
  if (opened.kind === 'good') return { kind: 'read', checkpoint: opened.checkpoint };
  if (opened.kind === 'other-origin') return { kind: 'refused', reason: `it is of another log, ${opened.origin}` };
  return { kind: 'refused', reason: opened.reason };
}

/** Reads a checkpoint whoever signed it. */
export function readUnsigned(note: string): OpenedCheckpoint {
  try {
    return { kind: 'read', checkpoint: parseCheckpoint(parseNote(note).text) };
  } catch (error) {
    if (error instanceof HoldfastError) return { kind: 'refused', reason: error.message };
    throw error;
  }
}
