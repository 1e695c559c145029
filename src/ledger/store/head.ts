import { type Kysely, sql } from 'kysely';
import { runKept } from '#base/database/kept-statement.ts';
import { storedBytes } from '#base/database/stored-bytes.ts';
import { insertMany } from '#ledger/store/insert-many.ts';
import type { LedgerTables } from '#ledger/store/tables.ts';
import { type CompactRange, decodeRange, EMPTY_RANGE, encodeRange } from '#ledger/tree/compact-range.ts';

/** What the next append goes on from. */
export interface Head {
  readonly range: CompactRange;
  /** Leaf hash of the last event; 32 zero bytes before the first. */
  readonly lastHash: Buffer;
}

const ONLY_ROW = 1;
const HEAD_ROW = {
  table: 'ledger_head',
  columns: ['id', 'size', 'range', 'last_hash'],
  conflict: { kind: 'put', key: ['id'] },
} as const;

const EMPTY_HEAD: Head = { range: EMPTY_RANGE, lastHash: Buffer.alloc(32) };

/** @throws `LEDGER_RANGE_MALFORMED` */
export async function readHead(query: Kysely<LedgerTables>): Promise<Head> {
  const [row] = await runKept(query, 'head', [ONLY_ROW], () =>
    query
      .selectFrom('ledger_head')
      .select([
        sql<number>`cast(size as bigint)`.as('size'),
        storedBytes(query, 'range').as('range'),
        storedBytes(query, 'last_hash').as('last_hash'),
      ])
      .where('id', '=', ONLY_ROW),
  );
  return row === undefined ? EMPTY_HEAD : { range: decodeRange(row.size, row.range), lastHash: row.last_hash };
}

/** Inside the transaction that appended. */
export async function writeHead(query: Kysely<LedgerTables>, { range, lastHash }: Head): Promise<void> {
  const row = { id: ONLY_ROW, size: range.size, range: encodeRange(range), last_hash: lastHash };
  await insertMany(query, HEAD_ROW, [row]);
}
