import { type Kysely, sql } from 'kysely';
import type { Engine } from '#base/database/database.ts';
import type { Migration } from '#base/database/migrate.ts';

type Query = Kysely<unknown>;

/** Tables whose rows are written once. */
export const WRITTEN_ONCE = ['events', 'ledger_nodes', 'ledger_checkpoints'] as const;

async function createTables(query: Query, engine: Engine): Promise<void> {
  const { schema } = query;
  const count = engine === 'sqlite' ? 'integer' : 'bigint';
  const bytes = engine === 'sqlite' ? sql`blob` : sql`bytea`;
  await schema
    .createTable('events')
    .addColumn('position', count, (column) => column.primaryKey())
    .addColumn('stream', 'text', (column) => column.notNull())
    .addColumn('version', count, (column) => column.notNull())
    .addColumn('type', 'text', (column) => column.notNull())
    .addColumn('schema_version', 'integer', (column) => column.notNull())
    .addColumn('actor', 'text', (column) => column.notNull())
    .addColumn('at', 'text', (column) => column.notNull())
    .addColumn('idempotency_key', 'text', (column) => column.notNull())
    .addColumn('leaf', bytes, (column) => column.notNull())
    .addColumn('leaf_hash', bytes, (column) => column.notNull())
    .addUniqueConstraint('events_stream_version', ['stream', 'version'])
    .addUniqueConstraint('events_idempotency_key', ['idempotency_key'])
    .execute();
  await schema.createIndex('events_type').on('events').columns(['type', 'position']).execute();
  await schema
    .createTable('ledger_head')
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('size', count, (column) => column.notNull())
    .addColumn('range', bytes, (column) => column.notNull())
    .addColumn('last_hash', bytes, (column) => column.notNull())
    .execute();
  await schema
    .createTable('ledger_nodes')
    .addColumn('level', 'integer', (column) => column.notNull())
    .addColumn('place', count, (column) => column.notNull())
    .addColumn('hash', bytes, (column) => column.notNull())
    .addPrimaryKeyConstraint('ledger_nodes_key', ['level', 'place'])
    .execute();
  await schema
    .createTable('ledger_checkpoints')
    .addColumn('size', count, (column) => column.primaryKey())
    .addColumn('note', 'text', (column) => column.notNull())
    .execute();
  await schema
    .createTable('projections')
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('generation', 'integer', (column) => column.notNull())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('position', count, (column) => column.notNull())
    .addColumn('serving', 'integer', (column) => column.notNull())
    .addColumn('state', 'text')
    .addPrimaryKeyConstraint('projections_key', ['id', 'generation'])
    .execute();
}

/** The database itself refuses changes, whoever asks: a program's mistake must not become history. */
async function refuseChanges(query: Query, engine: Engine): Promise<void> {
  if (engine === 'sqlite') {
    for (const table of WRITTEN_ONCE) {
      for (const change of ['update', 'delete']) {
        const name = sql.ref(`${table}_refuse_${change}`);
        await sql`create trigger ${name} before ${sql.raw(change)} on ${sql.table(table)}
          begin select raise(abort, 'the ledger is append-only'); end`.execute(query);
      }
    }
    return;
  }
  await sql`create function ledger_refuse() returns trigger language plpgsql as $$
    begin raise exception 'the ledger is append-only' using errcode = 'insufficient_privilege'; end $$`.execute(query);
  for (const table of WRITTEN_ONCE) {
    const name = sql.ref(`${table}_refuse`);
    await sql`create trigger ${name} before update or delete or truncate on ${sql.table(table)}
      for each statement execute function ledger_refuse()`.execute(query);
  }
}

/** Every form the ledger's tables have had. Forward only; a number that was released is never changed. */
export const LEDGER_MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    title: 'events, tree, checkpoints, projections',
    up: async (query, engine) => {
      await createTables(query as Query, engine);
      await refuseChanges(query as Query, engine);
    },
  },
];
