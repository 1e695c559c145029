import type { InsertQueryBuilder, Kysely } from 'kysely';
import { runKept } from '#base/database/kept-statement.ts';

/** Tables whose names and columns are data. */
type AnyTables = Record<string, Record<string, unknown>>;
type Insert = InsertQueryBuilder<AnyTables, string, unknown>;

/** What is inserted into: the statements are kept by these words, so they must tell all. */
export interface InsertShape {
  readonly table: string;
  readonly columns: readonly string[];
  /** What happens to a row whose `key` is there: it stays, or gets the new values. Without it, that is an error. */
  readonly conflict?: { readonly key: readonly string[]; readonly kind: 'add' | 'put' };
}

/** Rows of a statement: sixty columns of them stay below SQLite's 32,766 values. */
const MOST_ROWS = 256;
/** Up to here each number of rows has a statement of its own; what is more goes by statements of this size. */
const FEW_ROWS = 32;

/** Inserts rows, many of them by few statements, whose texts are made once. */
export async function insertMany<Tables>(
  query: Kysely<Tables>,
  shape: InsertShape,
  rows: readonly object[],
): Promise<void> {
  const any = query as unknown as Kysely<AnyTables>;
  const { table, columns, conflict } = shape;
  const name = `insert ${table} ${columns.join()} ${conflict === undefined ? '' : `${conflict.kind} ${conflict.key.join()}`}`;
  for (let from = 0; from < rows.length; ) {
    const left = rows.length - from;
    const count = left >= MOST_ROWS ? MOST_ROWS : Math.min(left, FEW_ROWS);
    const some = rows.slice(from, from + count) as Readonly<Record<string, unknown>>[];
    const values: unknown[] = [];
    for (const row of some) for (const column of columns) values.push(row[column]);
    await runKept(any, `${name} ${count}`, values, () => {
      const ordered = some.map((row) => Object.fromEntries(columns.map((column) => [column, row[column]])));
      return onConflict(any.insertInto(table).values(ordered), shape);
    });
    from += count;
  }
}

function onConflict(insert: Insert, { columns, conflict }: InsertShape): Insert {
  if (conflict === undefined) return insert;
  const others = columns.filter((column) => !conflict.key.includes(column));
  return insert.onConflict((on) => {
    const target = on.columns([...conflict.key]);
    if (conflict.kind === 'add' || others.length === 0) return target.doNothing();
    return target.doUpdateSet((row) => Object.fromEntries(others.map((name) => [name, row.ref(`excluded.${name}`)])));
  });
}
