import { type Kysely, type RawBuilder, sql } from 'kysely';
import { engineOf } from '#base/database/lease.ts';
import type { Page } from '#base/database/page-thread.ts';
import type { LedgerTables } from '#ledger/store/tables.ts';
import { LEAF_PREFIX } from '#ledger/tree/hash.ts';
import { type ReadRow, readRows } from '#ledger/verify/read-row.ts';

/** A leaf has at most 60 KiB. */
const PAGE_ROWS = 500;

/** Rows that follow each other, in the order of positions. */
export interface RowPage {
  readonly rows: readonly ReadRow[];
  /** The row behind them, which explains what is wrong with the last one; undefined at the record's end. */
  readonly next: ReadRow | undefined;
}

/** Pages as {@link readRows} takes them apart, up to the row with this position, with the leaf hashes of their rows. */
export type PageSource = (end: string) => AsyncIterable<Page>;

/** Every row, page by page: whoever goes through a page waits for nothing. `source` reads the pages elsewhere. */
export async function* rowPages(query: Kysely<LedgerTables>, source?: PageSource): AsyncGenerator<RowPage> {
  let rows: readonly ReadRow[] = [];
  const end = await lastPosition(query);
  if (end === undefined) return;
  for await (const page of source === undefined ? pagesOf(query) : source(end)) {
    const following = readRows(page.bytes, page.digests);
    if (rows.length > 0) yield { rows, next: following[0] };
    rows = following;
  }
  if (rows.length > 0) yield { rows, next: undefined };
}

/** As text, since anybody may have written a number that is none here. */
async function lastPosition(query: Kysely<LedgerTables>): Promise<string | undefined> {
  const { rows } = await sql<{ readonly last: string | null }>`
    select cast(max(${sql.ref('position')}) as text) as last from ${sql.table('events')}`.execute(query);
  return rows[0]?.last ?? undefined;
}

/**
 * A page of rows is one value, since each that is fetched has its price. As bytes it is also safe: anybody may have
 * written to a file, and text that is no UTF-8 would end the process inside the driver if it were read as text. Nothing
 * in any column makes a row vanish.
 */
async function* pagesOf(query: Kysely<LedgerTables>): AsyncGenerator<Page> {
  const pageAfter = engineOf(query) === 'sqlite' ? filePage : serverPage;
  for (let last: string | undefined; ; ) {
    const { rows } = await pageAfter(last).execute(query);
    const [row] = rows;
    if (row === undefined || row.page === null || row.last === null) return;
    yield { bytes: row.page };
    ({ last } = row);
  }
}

type PageQuery = RawBuilder<{ readonly page: Buffer | null; readonly last: string | null }>;

// `concat_ws` leaves out what is null: such a row has too few words, and is taken apart by its leaf.
const filePages = (where: string) => `select
      cast(group_concat(concat(printf('%10d%10d', length(words), length(leaf)), words, leaf), '') as blob) as page,
      cast(max(position) as text) as last
    from (select position, cast(concat_ws(x'1f', position,
          typeof(stream) = 'text' and typeof(version) = 'integer' and typeof(type) = 'text'
          and typeof(schema_version) = 'integer' and typeof(actor) = 'text' and typeof(at) = 'text'
          and typeof(idempotency_key) = 'text' and typeof(leaf) = 'blob' and typeof(leaf_hash) = 'blob',
          lower(hex(leaf_hash)), stream, version, type, schema_version, actor, at, idempotency_key) as blob) as words,
      cast(ifnull(leaf, '') as blob) as leaf
    from events where ${where} order by position limit ${PAGE_ROWS})`;

/** For a thread beside: what {@link PageSource} gives. */
export const FILE_PAGES = {
  first: filePages('position <= cast(? as integer)'),
  next: filePages('position <= cast(? as integer) and position > cast(? as integer)'),
  digests: { prefix: LEAF_PREFIX },
};

function filePage(after: string | undefined): PageQuery {
  return after === undefined
    ? sql`${sql.raw(filePages('true'))}`
    : sql`${sql.raw(filePages(`position > ${BigInt(after)}`))}`;
}

function serverPage(after: string | undefined): PageQuery {
  return sql`select string_agg(
      convert_to(lpad(octet_length("words")::text, 10) || lpad(octet_length("leaf")::text, 10), 'UTF8') || "words" || "leaf",
      ''::bytea order by "position") as "page", max("position")::text as "last"
    from (select "position", "leaf", convert_to("position"::text || chr(31) || '1' || chr(31)
        || encode("leaf_hash", 'hex') || chr(31) || "stream" || chr(31) || "version"::text || chr(31) || "type" || chr(31)
        || "schema_version"::text || chr(31) || "actor" || chr(31) || "at" || chr(31) || "idempotency_key", 'UTF8') as "words"
      from "events" ${after === undefined ? sql`` : sql`where "position" > ${after}::bigint`}
      order by "position" limit ${PAGE_ROWS}) as "some"`;
}
