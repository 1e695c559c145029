import { type CreateTableBuilder, type Kysely, sql } from 'kysely';
import type { Engine } from '#base/database/database.ts';
import {
  type Cell,
  type Change,
  type ProjectionTables,
  type Row,
  type TableProjection,
  tableName,
} from '#ledger/projection/projection.ts';
import { insertMany } from '#ledger/store/insert-many.ts';
import type { LedgerTables } from '#ledger/store/tables.ts';

/** The same transaction, for the tables of projections. */
export function projectionTables(query: Kysely<LedgerTables>): Kysely<ProjectionTables> {
  return query as unknown as Kysely<ProjectionTables>;
}

/** Makes the empty tables of a generation. */
export async function createGenerationTables(
  query: Kysely<LedgerTables>,
  engine: Engine,
  projection: TableProjection,
  generation: number,
): Promise<void> {
  const types = {
    text: sql`text`,
    integer: engine === 'sqlite' ? sql`integer` : sql`bigint`,
    bytes: engine === 'sqlite' ? sql`blob` : sql`bytea`,
  };
  for (const [table, { columns, key, indexes = [] }] of Object.entries(projection.tables)) {
    const name = tableName(projection.id, generation, table);
    let create: CreateTableBuilder<string, string> = query.schema.createTable(name);
    for (const [column, type] of Object.entries(columns)) create = create.addColumn(column, types[type]);
    create = create.addPrimaryKeyConstraint(`${name}_key`, [...key]);
    // A row is found by its key alone: SQLite needs no second tree for that.
    if (engine === 'sqlite') create = create.modifyEnd(sql`without rowid`);
    await create.execute();
    for (const [index, of] of indexes.entries()) {
      await query.schema
        .createIndex(`${name}_${index}`)
        .on(name)
        .columns([...of])
        .execute();
    }
  }
}

/** Removes all tables of a generation, also those that this program does not know. */
export async function dropGenerationTables(
  query: Kysely<LedgerTables>,
  engine: Engine,
  projection: string,
  generation: number,
): Promise<void> {
  const prefix = tableName(projection, generation, '');
  for (const name of await tableNames(query, engine)) {
    if (name.startsWith(prefix)) await query.schema.dropTable(name).execute();
  }
}

/** Of the schema that new tables come into: the builder's own introspection has parameters that we refuse. */
async function tableNames(query: Kysely<LedgerTables>, engine: Engine): Promise<readonly string[]> {
  const names =
    engine === 'sqlite'
      ? sql<{ name: string }>`select name from sqlite_schema where type = 'table'`
      : sql<{ name: string }>`select tablename::text as name from pg_catalog.pg_tables
          where schemaname = pg_catalog.current_schema()`;
  return (await names.execute(query)).rows.map(({ name }) => name);
}

/** Rows of a table that wait to be written together: images of one batch bring the same rows again and again. */
const ROWS_AT_ONCE = 20_000;

/** Changes of one kind to one table, by key: one statement may not put the same row twice. */
interface Waiting {
  readonly kind: Change['kind'];
  readonly rows: Map<string, Row>;
}

/** Carries out changes, those of each table in their order. */
export async function applyChanges(
  query: Kysely<LedgerTables>,
  projection: TableProjection,
  generation: number,
  changes: Iterable<Change>,
): Promise<void> {
  const tables = new Map<string, Waiting>();
  const flush = async (table: string, { kind, rows }: Waiting) => {
    const shape = projection.tables[table];
    if (shape === undefined) throw new Error(`${projection.id} has no table ${table}`);
    const columns = Object.keys(shape.columns);
    const name = tableName(projection.id, generation, table);
    await insertMany(query, { table: name, columns, conflict: { kind, key: shape.key } }, [...rows.values()]);
  };
  for (const change of changes) {
    const { table, kind } = change;
    let waiting = tables.get(table);
    if (waiting === undefined || waiting.kind !== kind || waiting.rows.size >= ROWS_AT_ONCE) {
      if (waiting !== undefined) await flush(table, waiting);
      waiting = { kind, rows: new Map() };
      tables.set(table, waiting);
    }
    const row = withoutNul(change.row);
    const id = rowKey(projection, { ...change, row });
    if (kind === 'put' || !waiting.rows.has(id)) waiting.rows.set(id, row);
  }
  for (const [table, waiting] of tables) await flush(table, waiting);
}

/** One engine cuts text at a NUL, the other refuses it: names out of images may hold anything. */
function withoutNul(row: Row): Row {
  let tamed = true;
  for (const column in row) {
    const cell = row[column];
    if (typeof cell === 'string' && cell.includes('\0')) tamed = false;
  }
  if (tamed) return row;
  const tame = (cell: Cell) => (typeof cell === 'string' ? cell.replaceAll('\0', '\ufffd') : cell);
  return Object.fromEntries(Object.entries(row).map(([column, cell]) => [column, tame(cell)]));
}

/** Text that is the same for rows with the same key only. */
export function rowKey(
  { tables }: Pick<TableProjection, 'tables'>,
  { table, row }: { readonly table: string; readonly row: Row },
): string {
  let text = '';
  for (const column of tables[table]?.key ?? []) {
    const cell = row[column] ?? null;
    const part = Buffer.isBuffer(cell) ? cell.toString('latin1') : String(cell);
    // Of one column all cells are of one type, or null.
    text += cell === null ? '-' : `${part.length}:${part}`;
  }
  return text;
}
