import type { Kysely } from 'kysely';
import { storedBytes } from '#base/database/stored-bytes.ts';
import type { VerifierKey } from '#ledger/note/keys.ts';
import type { LedgerTables } from '#ledger/store/tables.ts';
import { type OutsideCheckpoint, openSigned, readUnsigned } from '#ledger/verify/outside.ts';
import type { Tampering } from '#ledger/verify/tampering.ts';

/** Somebody says which root the tree has at a size. */
export interface Claim {
  readonly name: string;
  readonly size: number;
  readonly root: Buffer;
  readonly isOutside: boolean;
}

export interface OutsideClaims {
  /** By size, smallest first. */
  readonly claims: readonly Claim[];
  readonly refused: readonly Tampering[];
}

/** What outside checkpoints say; those that the key did not sign are refused. */
export function outsideClaims(outside: readonly OutsideCheckpoint[], key: VerifierKey): OutsideClaims {
  const claims: Claim[] = [];
  const refused: Tampering[] = [];
  for (const { name, note } of outside) {
    const opened = openSigned(note, key);
    if (opened.kind === 'refused') {
      refused.push({ kind: 'wrong-key', position: 1, evidence: `${name}: ${opened.reason}` });
    } else claims.push({ name, size: opened.checkpoint.size, root: opened.checkpoint.root, isOutside: true });
  }
  return { claims: claims.sort((a, b) => a.size - b.size), refused };
}

/**
 * Signatures that are checked, the newest first. The root of the newest covers every event before it, so that older
 * signatures prove nothing more; they are cheap to keep and dear to check.
 */
const SIGNATURES_CHECKED = 1000;
const PAGE_ROWS = 2000;

/** The checkpoints that the record keeps, by size; what is wrong with one comes in its place. */
export async function* keptClaims(query: Kysely<LedgerTables>, key: VerifierKey): AsyncGenerator<Claim | Tampering> {
  const newest = await query
    .selectFrom('ledger_checkpoints')
    .select('size')
    .orderBy('size', 'desc')
    .limit(SIGNATURES_CHECKED)
    .execute();
  const checkedFrom = newest.at(-1)?.size ?? 0;
  let last = -1;
  for (;;) {
    const rows = await query
      .selectFrom('ledger_checkpoints')
      .select(['size', storedBytes<Buffer | string>(query, 'note').as('stored')])
      .where('size', '>', last)
      .orderBy('size')
      .limit(PAGE_ROWS)
      .execute();
    for (const { size, stored } of rows) {
      const note = stored.toString();
      const name = `the checkpoint of ${size} events that is kept`;
      const opened = size >= checkedFrom ? openSigned(note, key) : readUnsigned(note);
      if (opened.kind === 'refused') yield { kind: 'wrong-key', position: size, evidence: `${name}: ${opened.reason}` };
      else if (opened.checkpoint.size !== size) {
        yield { kind: 'edited', position: size, evidence: `${name} speaks of ${opened.checkpoint.size}` };
      } else yield { name, size, root: opened.checkpoint.root, isOutside: false };
    }
    last = rows.at(-1)?.size ?? last;
    if (rows.length < PAGE_ROWS) return;
  }
}
