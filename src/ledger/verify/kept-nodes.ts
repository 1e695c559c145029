import { type Kysely, sql } from 'kysely';
import { storedBytes } from '#base/database/stored-bytes.ts';
import type { LedgerTables } from '#ledger/store/tables.ts';
import type { OnNode } from '#ledger/tree/compact-range.ts';
import type { Tampering } from '#ledger/verify/tampering.ts';

/** Compares the nodes of the tree that are kept for proofs with those that the events have. */
export interface KeptNodes {
  readonly compare: OnNode;
  /** After the last event. */
  wrong(): Tampering | undefined;
}

export async function keptNodes(query: Kysely<LedgerTables>): Promise<KeptNodes> {
  const rows = await query
    .selectFrom('ledger_nodes')
    .select([
      sql<number>`cast(level as integer)`.as('level'),
      sql<number>`cast(place as bigint)`.as('place'),
      storedBytes(query, 'hash').as('hash'),
    ])
    .orderBy('level')
    .orderBy('place')
    .execute();
  const kept = new Map(rows.map(({ level, place, hash }) => [`${level}/${place}`, { level, place, hash }]));
  const levels = new Set(rows.map(({ level }) => level));
  let first: Tampering | undefined;
  const wrongAt = (level: number, place: number, evidence: string) => {
    first ??= { kind: 'edited', position: place * 2 ** level + 1, upTo: (place + 1) * 2 ** level, evidence };
  };
  return {
    compare: (level, place, hash) => {
      if (level === 0 || level % 8 !== 0) return;
      const node = levels.has(level) ? kept.get(`${level}/${place}`) : undefined;
      kept.delete(`${level}/${place}`);
      if (node?.hash.equals(hash) !== true) wrongAt(level, place, 'the tree that was kept has another hash over them');
    },
    wrong: () => {
      for (const { level, place } of kept.values())
        wrongAt(level, place, 'the tree that was kept covers more than the events');
      return first;
    },
  };
}
