import { type Kysely, sql } from 'kysely';
import { engineOf } from '#base/database/lease.ts';
import type { EventsTable, LedgerTables } from '#ledger/store/tables.ts';
import { type ReadRow, readRow } from '#ledger/verify/check-row.ts';

const PAGE_ROWS = 2000;

/** Every row with the one after it, in the order of positions. */
export async function* rowsWithNext(
  query: Kysely<LedgerTables>,
): AsyncGenerator<readonly [ReadRow, ReadRow | undefined]> {
  const page = engineOf(query) === 'sqlite' ? filePage : serverPage;
  let held: ReadRow | undefined;
  let last: number | undefined;
  for (;;) {
    const rows = await page(query, last);
    for (const read of rows) {
      if (held !== undefined) yield [held, read];
      held = read;
    }
    last = rows.at(-1)?.row.position;
    if (rows.length < PAGE_ROWS) break;
  }
  if (held !== undefined) yield [held, undefined];
}

async function serverPage(query: Kysely<LedgerTables>, after: number | undefined): Promise<readonly ReadRow[]> {
  let select = query.selectFrom('events').selectAll().orderBy('position').limit(PAGE_ROWS);
  if (after !== undefined) select = select.where('position', '>', after);
  return (await select.execute()).map((row) => readRow(row));
}

/** Between columns that are read as one. No name that is recorded holds it. */
const SEPARATOR = '\u001f';

const WORDS = sql`stream || x'1f' || version || x'1f' || type || x'1f' || schema_version || x'1f' || actor || x'1f'
  || at || x'1f' || idempotency_key`;

/** All columns in one value: each that is fetched has its price. Null where one of them is. */
const STORED = sql<Buffer | null>`cast(${WORDS} || x'1f' || leaf_hash || leaf as blob)`;

/** The position is a number always. */
const TYPED = sql<number>`typeof(stream) = 'text' and typeof(version) = 'integer' and typeof(type) = 'text'
  and typeof(schema_version) = 'integer' and typeof(actor) = 'text' and typeof(at) = 'text'
  and typeof(idempotency_key) = 'text' and typeof(leaf) = 'blob' and typeof(leaf_hash) = 'blob'`;

/**
 * Of a file that anybody may have written to: a column may hold another type, or text that is no UTF-8, which would end
 * the process inside the driver if it were read as text.
 */
async function filePage(query: Kysely<LedgerTables>, after: number | undefined): Promise<readonly ReadRow[]> {
  let select = query
    .selectFrom('events')
    .select([
      'position',
      TYPED.as('typed'),
      STORED.as('stored'),
      sql<number>`length(leaf)`.as('leafBytes'),
      sql<number>`length(leaf_hash)`.as('hashBytes'),
    ])
    .orderBy('position')
    .limit(PAGE_ROWS);
  if (after !== undefined) select = select.where('position', '>', after);
  return (await select.execute()).map(readStored);
}

interface StoredRow {
  readonly position: number;
  readonly typed: number;
  readonly stored: Buffer | null;
  readonly leafBytes: number;
  readonly hashBytes: number;
}

const NOTHING = Buffer.alloc(0);

function readStored(row: StoredRow): ReadRow {
  const stored = row.stored ?? NOTHING;
  const leafFrom = Math.max(0, stored.length - row.leafBytes);
  const hashFrom = Math.max(0, leafFrom - row.hashBytes);
  const words = stored.subarray(0, Math.max(0, hashFrom - 1));
  const text = words.toString('utf8');
  const columns = text.split(SEPARATOR);
  const read: EventsTable = {
    position: row.position,
    stream: columns[0] ?? '',
    version: Number(columns[1]),
    type: columns[2] ?? '',
    schema_version: Number(columns[3]),
    actor: columns[4] ?? '',
    at: columns[5] ?? '',
    idempotency_key: columns[6] ?? '',
    leaf: stored.subarray(leafFrom),
    leaf_hash: stored.subarray(hashFrom, leafFrom),
  };
  if (row.typed !== 1) return readRow(read, 'a column holds another type of value');
  // What cannot be decoded comes as this character, which a name may also hold by itself.
  const isText = !text.includes('\ufffd') || words.equals(Buffer.from(text));
  return readRow(read, isText && columns.length === 7 ? undefined : 'a column holds what is no text');
}
