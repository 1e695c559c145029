import type { Database } from '#base/database/database.ts';
import { HoldfastError } from '#core/errors.ts';
import type { Checkpoint } from '#ledger/note/checkpoint.ts';
import { formatGrowthProof, parseGrowthProof } from '#ledger/note/growth-proof.ts';
import type { VerifierKey } from '#ledger/note/keys.ts';
import { latestCheckpoint } from '#ledger/store/checkpoints.ts';
import { nodeReader } from '#ledger/store/node-reader.ts';
import type { LedgerTables } from '#ledger/store/tables.ts';
import { consistencyProof, verifyConsistency } from '#ledger/tree/proof.ts';
import { openSigned } from '#ledger/verify/outside.ts';

/**
 * A file that proves, without the database, that the record only grew since a checkpoint: what a witness is sent
 * (C2SP tlog-witness, add-checkpoint).
 * @throws `CHECKPOINT_REFUSED` for one that this record's key did not sign, or of a larger record; `LEDGER_DAMAGED`
 */
export async function proveGrowth(
  database: Database<LedgerTables>,
  oldNote: string,
  key: VerifierKey,
): Promise<string> {
  const old = openSigned(oldNote, key);
  if (old.kind === 'refused') throw refused(old.reason);
  const { size } = old.checkpoint;
  return database.read(async (query) => {
    const newest = await latestCheckpoint(query);
    if (newest === undefined || newest.size < size) {
      throw refused(
        `it is of ${size} events, and the record has ${newest?.size ?? 0}: holdfast ledger verify says more`,
      );
    }
    const hashes = size === 0 ? [] : await consistencyProof(size, newest.size, nodeReader(query));
    return formatGrowthProof({ oldSize: size, hashes, checkpoint: newest.note });
  });
}

function refused(reason: string): HoldfastError {
  return new HoldfastError('CHECKPOINT_REFUSED', `The checkpoint does not serve: ${reason}`, { kind: 'usage' });
}

export type GrowthCheck =
  | { readonly kind: 'proved'; readonly from: Checkpoint; readonly to: Checkpoint }
  | { readonly kind: 'refused'; readonly reason: string };

/** Checks such a file against the older checkpoint and the record's public key, and nothing else. */
export function checkGrowth(text: string, oldNote: string, key: VerifierKey): GrowthCheck {
  try {
    const from = openSigned(oldNote, key);
    if (from.kind === 'refused') return { kind: 'refused', reason: `the older checkpoint: ${from.reason}` };
    const { oldSize, hashes, checkpoint } = parseGrowthProof(text);
    const to = openSigned(checkpoint, key);
    if (to.kind === 'refused') return { kind: 'refused', reason: `the newer checkpoint: ${to.reason}` };
    const [old, now] = [from.checkpoint, to.checkpoint];
    if (oldSize !== old.size) {
      return { kind: 'refused', reason: `the proof begins at ${oldSize}, the older checkpoint at ${old.size}` };
    }
    return verifyConsistency(old.size, old.root, now.size, now.root, hashes)
      ? { kind: 'proved', from: old, to: now }
      : { kind: 'refused', reason: `the record of ${now.size} events is no continuation of that of ${old.size}` };
  } catch (error) {
    if (error instanceof HoldfastError) return { kind: 'refused', reason: error.message };
    throw error;
  }
}
