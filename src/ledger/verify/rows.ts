import { type Kysely, type RawBuilder, sql } from 'kysely';
import { engineOf } from '#base/database/lease.ts';
import type { LedgerTables } from '#ledger/store/tables.ts';
import { type ReadRow, readRows } from '#ledger/verify/read-row.ts';

/** A leaf has at most 60 KiB. */
const PAGE_ROWS = 500;

/** Every row with the one after it, in the order of positions. */
export async function* rowsWithNext(
  query: Kysely<LedgerTables>,
): AsyncGenerator<readonly [ReadRow, ReadRow | undefined]> {
  let held: ReadRow | undefined;
  for (;;) {
    const page = await pageAfter(query, held?.position);
    if (page === undefined) break;
    for (const read of readRows(page)) {
      if (held !== undefined) yield [held, read];
      held = read;
    }
  }
  if (held !== undefined) yield [held, undefined];
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

function filePage(after: number | undefined): Page {
  return sql`select cast(group_concat(printf('%10d%10d', length(words), length(leaf)) || words || leaf, '') as blob) as page
    from (select cast(position || x'1f' || ifnull(
          typeof(stream) = 'text' and typeof(version) = 'integer' and typeof(type) = 'text'
          and typeof(schema_version) = 'integer' and typeof(actor) = 'text' and typeof(at) = 'text'
          and typeof(idempotency_key) = 'text' and typeof(leaf) = 'blob' and typeof(leaf_hash) = 'blob', 0)
        || x'1f' || hex(leaf_hash) || x'1f' || ifnull(stream, '') || x'1f' || ifnull(version, '') || x'1f'
        || ifnull(type, '') || x'1f' || ifnull(schema_version, '') || x'1f' || ifnull(actor, '') || x'1f'
        || ifnull(at, '') || x'1f' || ifnull(idempotency_key, '') as blob) as words,
      cast(ifnull(leaf, '') as blob) as leaf
    from events ${after === undefined ? sql`` : sql`where position > ${after}`} order by position limit ${PAGE_ROWS})`;
}

function serverPage(after: number | undefined): Page {
  return sql`select string_agg(
      convert_to(lpad(octet_length("words")::text, 10) || lpad(octet_length("leaf")::text, 10), 'UTF8') || "words" || "leaf",
      ''::bytea order by "position") as "page"
    from (select "position", "leaf", convert_to("position"::text || chr(31) || '1' || chr(31)
        || upper(encode("leaf_hash", 'hex')) || chr(31) || "stream" || chr(31) || "version"::text || chr(31) || "type" || chr(31)
        || "schema_version"::text || chr(31) || "actor" || chr(31) || "at" || chr(31) || "idempotency_key", 'UTF8') as "words"
      from "events" ${after === undefined ? sql`` : sql`where "position" > ${after}`}
      order by "position" limit ${PAGE_ROWS}) as "some"`;
}
