import { type Kysely, sql } from 'kysely';
import type { Database, Engine } from '#base/database/database.ts';
import { HoldfastError } from '#core/errors.ts';

/** One step of a schema, from the version before it. It must do the same on both engines. */
export interface Migration {
  /** From 1, without gaps. */
  readonly version: number;
  readonly title: string;
  readonly up: (query: Kysely<unknown>, engine: Engine) => Promise<void>;
}

interface VersionTable {
  readonly schema_version: { readonly version: number; readonly title: string };
}

async function versionIn(query: Kysely<VersionTable>, engine: Engine): Promise<number> {
  const there =
    engine === 'sqlite'
      ? sql<{ there: number }>`SELECT count(*) AS there FROM sqlite_schema WHERE name = 'schema_version'`
      : // Asked of the tables: to_regclass answers from a cache that may be older than the lock.
        sql<{ there: number }>`SELECT count(*) AS there FROM pg_catalog.pg_tables
          WHERE tablename = 'schema_version' AND schemaname = ANY (pg_catalog.current_schemas(false))`;
  if ((await there.execute(query)).rows[0]?.there !== 1) return 0;
  const newest = await query
    .selectFrom('schema_version')
    .select('version')
    .orderBy('version', 'desc')
    .executeTakeFirst();
  return newest?.version ?? 0;
}

/** The version that the database is at: 0 before the first migration. */
export function schemaVersion<Tables>(database: Database<Tables>): Promise<number> {
  const versioned = database as unknown as Database<VersionTable>;
  return versioned.read((query) => versionIn(query, database.engine));
}

/** @throws `DATABASE_TOO_NEW` */
function refuseNewer(version: number, newest: number): void {
  if (version <= newest) return;
  throw new HoldfastError(
    'DATABASE_TOO_NEW',
    `the database is at version ${version}, and this program knows no version after ${newest}`,
    { hint: 'Use the newer holdfast that wrote it: a database cannot go back.' },
  );
}

/**
 * Brings a database to the newest of `migrations`, forward only, each in one transaction together with its row in
 * `schema_version`. Several processes may do so at once. A database that is there already is only read.
 * @throws `DATABASE_TOO_NEW`; `DATABASE_MIGRATIONS` for a list that is not 1, 2, 3 …
 */
export async function migrate<Tables>(
  database: Database<Tables>,
  migrations: readonly Migration[],
): Promise<{ readonly from: number; readonly to: number }> {
  const gap = migrations.find(({ version }, index) => version !== index + 1);
  if (gap !== undefined)
    throw new HoldfastError('DATABASE_MIGRATIONS', `migration ${gap.version} is not at its place in the list`);
  const newest = migrations.length;
  const from = await schemaVersion(database);
  refuseNewer(from, newest);
  const versioned = database as unknown as Database<VersionTable>;
  for (const { version, title, up } of migrations.slice(from)) {
    await versioned.write(async (query) => {
      const current = await versionIn(query, database.engine);
      refuseNewer(current, newest);
      // Another process was first.
      if (current >= version) return;
      if (current === 0) {
        await query.schema
          .createTable('schema_version')
          .addColumn('version', 'integer', (column) => column.primaryKey())
          .addColumn('title', 'text', (column) => column.notNull())
          .execute();
      }
      await up(query as unknown as Kysely<unknown>, database.engine);
      await query.insertInto('schema_version').values({ version, title }).execute();
    });
  }
  return { from, to: newest };
}
