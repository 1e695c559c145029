import type { Kysely } from 'kysely';
import type { Database } from '#base/database/database.ts';
import { storedBytes } from '#base/database/stored-bytes.ts';
import type { LedgerEvent } from '#ledger/event.ts';
import { decodeLeaf } from '#ledger/leaf.ts';
import type { EventsTable, LedgerTables } from '#ledger/store/tables.ts';

/** Which events are wanted. All conditions hold together; without any, all events. */
export interface EventFilter {
  readonly types?: readonly string[];
  readonly stream?: string;
  readonly actor?: string;
  /** ISO 8601, inclusive. */
  readonly since?: string;
  /** ISO 8601, exclusive. */
  readonly until?: string;
  /** Positions above this one. */
  readonly after?: number;
  /** Positions below this one. */
  readonly before?: number;
}

const PAGE_ROWS = 1000;

/** Events in the order of the record, or the newest first; read page by page, so that a long look stops nobody. */
export async function* readEvents(
  database: Database<LedgerTables>,
  filter: EventFilter = {},
  order: 'oldest-first' | 'newest-first' = 'oldest-first',
  pageRows = PAGE_ROWS,
): AsyncGenerator<LedgerEvent> {
  let { after, before } = filter;
  for (;;) {
    const page = { ...filter, ...(after === undefined ? {} : { after }), ...(before === undefined ? {} : { before }) };
    const rows = await database.read((query) => onePage(query, page, order, pageRows));
    for (const { leaf } of rows) yield decodeLeaf(leaf);
    const last = rows.at(-1);
    if (last === undefined || rows.length < pageRows) return;
    if (order === 'oldest-first') after = last.position;
    else before = last.position;
  }
}

function onePage(
  query: Kysely<LedgerTables>,
  { types, stream, actor, since, until, after, before }: EventFilter,
  order: 'oldest-first' | 'newest-first',
  pageRows: number,
): Promise<Pick<EventsTable, 'position' | 'leaf'>[]> {
  let select = query
    .selectFrom('events')
    .select(['position', storedBytes(query, 'leaf').as('leaf')])
    .orderBy('position', order === 'oldest-first' ? 'asc' : 'desc')
    .limit(pageRows);
  if (types !== undefined) select = select.where('type', 'in', types);
  if (stream !== undefined) select = select.where('stream', '=', stream);
  if (actor !== undefined) select = select.where('actor', '=', actor);
  if (since !== undefined) select = select.where('at', '>=', since);
  if (until !== undefined) select = select.where('at', '<', until);
  if (after !== undefined) select = select.where('position', '>', after);
  if (before !== undefined) select = select.where('position', '<', before);
  return select.execute();
}

/** @returns undefined where there is no event */
export async function readEventAt(
  database: Database<LedgerTables>,
  position: number,
): Promise<{ readonly event: LedgerEvent; readonly leaf: Buffer; readonly leafHash: Buffer } | undefined> {
  const row = await database.read((query) =>
    query
      .selectFrom('events')
      .select([storedBytes(query, 'leaf').as('leaf'), storedBytes(query, 'leaf_hash').as('leaf_hash')])
      .where('position', '=', position)
      .executeTakeFirst(),
  );
  return row && { event: decodeLeaf(row.leaf), leaf: row.leaf, leafHash: row.leaf_hash };
}
