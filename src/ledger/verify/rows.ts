import { type Kysely, type RawBuilder, sql } from 'kysely';
import { engineOf } from '#base/database/lease.ts';
import type { LedgerTables } from '#ledger/store/tables.ts';
import { type ReadRow, readRows } from '#ledger/verify/read-row.ts';

/** A leaf has at most 60 KiB. */
const PAGE_ROWS = 500;

/** Rows that follow each other, in the order of positions. */
export interface RowPage {
  readonly rows: readonly ReadRow[];
  /** The row behind them, which explains what is wrong with the last one; undefined at the record's end. */
  readonly next: ReadRow | undefined;
}

/** Every row, page by page: whoever goes through a page waits for nothing. */
export async function* rowPages(query: Kysely<LedgerTables>): AsyncGenerator<RowPage> {
  let rows = await rowsAfter(query, undefined);
  for (let last = rows.at(-1); last !== undefined; last = rows.at(-1)) {
    const following = await rowsAfter(query, last.position);
    yield { rows, next: following[0] };
    rows = following;
  }
}

async function rowsAfter(query: Kysely<LedgerTables>, after: number | undefined): Promise<readonly ReadRow[]> {
  const page = await pageAfter(query, after);
  return page === undefined ? [] : readRows(page);
}

/**
 * A page of rows as one value, since each that is fetched has its price: {@link readRows} takes it apart. As bytes it is
 * also safe: anybody may have written to a file, and text that is no UTF-8 would end the process inside the driver if it
 * were read as text. Nothing in any column makes a row vanish.
 */
async function pageAfter(query: Kysely<LedgerTables>, after: number | undefined): Promise<Buffer | undefined> {
  const page = engineOf(query) === 'sqlite' ? filePage(after) : serverPage(after);
  const { rows } = await page.execute(query);
  return rows[0]?.page ?? undefined;
}

type Page = RawBuilder<{ readonly page: Buffer | null }>;

// `concat_ws` leaves out what is null: such a row has too few words, and is taken apart by its leaf.
function filePage(after: number | undefined): Page {
  return sql`select cast(group_concat(
      concat(printf('%10d%10d', length(words), length(leaf)), words, leaf), '') as blob) as page
    from (select cast(concat_ws(x'1f', position,
          typeof(stream) = 'text' and typeof(version) = 'integer' and typeof(type) = 'text'
          and typeof(schema_version) = 'integer' and typeof(actor) = 'text' and typeof(at) = 'text'
          and typeof(idempotency_key) = 'text' and typeof(leaf) = 'blob' and typeof(leaf_hash) = 'blob',
          lower(hex(leaf_hash)), stream, version, type, schema_version, actor, at, idempotency_key) as blob) as words,
      cast(ifnull(leaf, '') as blob) as leaf
    from events ${after === undefined ? sql`` : sql`where position > ${after}`} order by position limit ${PAGE_ROWS})`;
}

function serverPage(after: number | undefined): Page {
  return sql`select string_agg(
      convert_to(lpad(octet_length("words")::text, 10) || lpad(octet_length("leaf")::text, 10), 'UTF8') || "words" || "leaf",
      ''::bytea order by "position") as "page"
    from (select "position", "leaf", convert_to("position"::text || chr(31) || '1' || chr(31)
        || encode("leaf_hash", 'hex') || chr(31) || "stream" || chr(31) || "version"::text || chr(31) || "type" || chr(31)
        || "schema_version"::text || chr(31) || "actor" || chr(31) || "at" || chr(31) || "idempotency_key", 'UTF8') as "words"
      from "events" ${after === undefined ? sql`` : sql`where "position" > ${after}`}
      order by "position" limit ${PAGE_ROWS}) as "some"`;
}
