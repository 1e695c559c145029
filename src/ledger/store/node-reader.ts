import type { Kysely } from 'kysely';
import { storedBytes } from '#base/database/stored-bytes.ts';
import { HoldfastError } from '#core/errors.ts';
import type { LedgerTables } from '#ledger/store/tables.ts';
import { nodeHash } from '#ledger/tree/hash.ts';

/** Hash of a perfect subtree: level 0 is a leaf, `place` counts subtrees of that level. */
export type NodeAt = (level: number, place: number) => Promise<Buffer>;

const LEVELS_A_STEP = 8;

/**
 * Reads nodes of the kept tree: those of every eighth level are kept, the others are made of at most 128 of them.
 * @throws `LEDGER_DAMAGED` where what a node is made of is missing
 */
export function nodeReader(query: Kysely<LedgerTables>): NodeAt {
  return async (level, place) => {
    const base = Math.floor(level / LEVELS_A_STEP) * LEVELS_A_STEP;
    const width = 2 ** (level - base);
    const hashes = await keptHashes(query, base, place * width, width);
    if (hashes.length !== width) {
      throw new HoldfastError('LEDGER_DAMAGED', `The tree lacks hashes of level ${base}`, {
        hint: 'holdfast ledger verify says what happened.',
      });
    }
    return joined(hashes);
  };
}

async function keptHashes(query: Kysely<LedgerTables>, level: number, from: number, count: number): Promise<Buffer[]> {
  if (level === 0) {
    const rows = await query
      .selectFrom('events')
      .select(storedBytes(query, 'leaf_hash').as('leaf_hash'))
      .where('position', '>', from)
      .where('position', '<=', from + count)
      .orderBy('position')
      .execute();
    return rows.map(({ leaf_hash }) => leaf_hash);
  }
  const rows = await query
    .selectFrom('ledger_nodes')
    .select(storedBytes(query, 'hash').as('hash'))
    .where('level', '=', level)
    .where('place', '>=', from)
    .where('place', '<', from + count)
    .orderBy('place')
    .execute();
  return rows.map(({ hash }) => hash);
}

function joined(hashes: readonly Buffer[]): Buffer {
  let row = hashes;
  while (row.length > 1) {
    const next: Buffer[] = [];
    for (let index = 0; index + 1 < row.length; index += 2)
      next.push(nodeHash(row[index] ?? EMPTY, row[index + 1] ?? EMPTY));
    row = next;
  }
  return row[0] ?? EMPTY;
}

const EMPTY = Buffer.alloc(0);
