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

/** Rows of one statement; a projection's tables have fewer than 60 columns. */
const ROWS_A_STATEMENT = 500;

/** Carries out changes in their order; those of one kind to one table, one after the other, share a statement. */
export async function applyChanges(
  query: Kysely<LedgerTables>,
  projection: TableProjection,
  generation: number,
  changes: Iterable<Change>,
): Promise<void> {
  let table = '';
  let kind: Change['kind'] = 'add';
  // Keyed, as one statement may not put the same row twice.
  let rows = new Map<string, Row>();
  const flush = async () => {
    if (rows.size === 0) return;
    const shape = projection.tables[table];
    if (shape === undefined) throw new Error(`${projection.id} has no table ${table}`);
    const key: readonly string[] = shape.key;
    const others = Object.keys(shape.columns).filter((column) => !key.includes(column));
    const name = tableName(projection.id, generation, table);
    const insert = projectionTables(query)
      .insertInto(name)
      .values([...rows.values()]);
    rows = new Map();
    await insert
      .onConflict((conflict) => {
        const target = conflict.columns([...key]);
        if (kind === 'add' || others.length === 0) return target.doNothing();
        return target.doUpdateSet((row) =>
          Object.fromEntries(others.map((name) => [name, row.ref(`excluded.${name}`)])),
        );
      })
      .execute();
  };
  for (const change of changes) {
    if (change.table !== table || change.kind !== kind || rows.size >= ROWS_A_STATEMENT) {
      await flush();
      ({ table, kind } = change);
    }
    const row = withoutNul(change.row);
    const id = rowKey(projection, { ...change, row });
    if (kind === 'put' || !rows.has(id)) rows.set(id, row);
  }
  await flush();
}

/** One engine cuts text at a NUL, the other refuses it: names out of images may hold anything. */
function withoutNul(row: Row): Row {
  if (!Object.values(row).some((cell) => typeof cell === 'string' && cell.includes('\0'))) return row;
  const tame = (cell: Cell) => (typeof cell === 'string' ? cell.replaceAll('\0', '\ufffd') : cell);
  return Object.fromEntries(Object.entries(row).map(([column, cell]) => [column, tame(cell)]));
}

/** Text that is the same for rows with the same key only. */
export function rowKey({ tables }: TableProjection, { table, row }: Change): string {
  const key = tables[table]?.key ?? [];
  return JSON.stringify(
    key.map((column) => (Buffer.isBuffer(row[column]) ? row[column].toString('hex') : row[column])),
  );
}
