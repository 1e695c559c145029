import type { Kysely } from 'kysely';
import type { EventsTable, LedgerTables } from '#ledger/store/tables.ts';
import { type ReadRow, readRow } from '#ledger/verify/check-row.ts';

const PAGE_ROWS = 2000;

/** Every row with the one after it, in the order of positions. */
export async function* rowsWithNext(
  query: Kysely<LedgerTables>,
): AsyncGenerator<readonly [ReadRow, ReadRow | undefined]> {
  let held: ReadRow | undefined;
  for await (const rows of pages(query)) {
    for (const row of rows) {
      const read = readRow(row);
      if (held !== undefined) yield [held, read];
      held = read;
    }
  }
  if (held !== undefined) yield [held, undefined];
}

async function* pages(query: Kysely<LedgerTables>): AsyncGenerator<readonly EventsTable[]> {
  let last: number | undefined;
  for (;;) {
    let select = query.selectFrom('events').selectAll().orderBy('position').limit(PAGE_ROWS);
    if (last !== undefined) select = select.where('position', '>', last);
    const rows = await select.execute();
    yield rows;
    last = rows.at(-1)?.position;
    if (rows.length < PAGE_ROWS) return;
  }
}
