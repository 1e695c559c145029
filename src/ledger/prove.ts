import type { Database } from '#base/database/database.ts';
import { HoldfastError } from '#core/errors.ts';
import type { LedgerEvent } from '#ledger/event.ts';
import { decodeLeaf } from '#ledger/leaf.ts';
import type { Checkpoint } from '#ledger/note/checkpoint.ts';
import type { VerifierKey } from '#ledger/note/keys.ts';
import { formatTlogProof, parseTlogProof } from '#ledger/note/tlog-proof.ts';
import { latestCheckpoint } from '#ledger/store/checkpoints.ts';
import { nodeReader } from '#ledger/store/node-reader.ts';
import type { LedgerTables } from '#ledger/store/tables.ts';
import { leafHash } from '#ledger/tree/hash.ts';
import { inclusionProof, verifyInclusion } from '#ledger/tree/proof.ts';
import { openSigned } from '#ledger/verify/outside.ts';

/**
 * A file that proves, without the database, that an event is in the record (C2SP tlog-proof; the event's leaf bytes are
 * its extra data).
 * @throws `LEDGER_POSITION_UNKNOWN`, `LEDGER_DAMAGED`
 */
export async function proveEvent(database: Database<LedgerTables>, position: number): Promise<string> {
  return database.read(async (query) => {
    const checkpoint = await latestCheckpoint(query);
    const row = await query.selectFrom('events').select('leaf').where('position', '=', position).executeTakeFirst();
    if (row === undefined || checkpoint === undefined || position > checkpoint.size) {
      throw new HoldfastError('LEDGER_POSITION_UNKNOWN', `There is no event ${position}`, {
        kind: 'usage',
        hint: `The record has ${checkpoint?.size ?? 0} events: holdfast log shows them.`,
      });
    }
    const hashes = await inclusionProof(position - 1, checkpoint.size, nodeReader(query));
    return formatTlogProof({ extra: row.leaf, index: position - 1, hashes, checkpoint: checkpoint.note });
  });
}

export type ProofCheck =
  | { readonly kind: 'proved'; readonly event: LedgerEvent; readonly checkpoint: Checkpoint }
  | { readonly kind: 'refused'; readonly reason: string };

/** Checks such a file against the record's public key, and nothing else. */
export function checkProof(text: string, key: VerifierKey): ProofCheck {
  try {
    const { extra, index, hashes, checkpoint: note } = parseTlogProof(text);
    const opened = openSigned(note, key);
    if (opened.kind === 'refused') return opened;
    if (extra === undefined) return { kind: 'refused', reason: 'the file does not hold the event' };
    const { size, root } = opened.checkpoint;
    if (!verifyInclusion(leafHash(extra), index, size, hashes, root)) {
      return { kind: 'refused', reason: `the event is not number ${index + 1} of the ${size} that were signed` };
    }
    const event = decodeLeaf(extra);
    if (event.position === index + 1) return { kind: 'proved', event, checkpoint: opened.checkpoint };
    return { kind: 'refused', reason: `the event says that it is number ${event.position}` };
  } catch (error) {
    if (error instanceof HoldfastError) return { kind: 'refused', reason: error.message };
    throw error;
  }
}
