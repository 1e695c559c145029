import { type Kysely, sql } from 'kysely';
import { openLedgerServer } from '#app/home/open-home-database.ts';
import { findRights, grantRights, isOpenSchema, otherRights } from '#app/home/writer-rights.ts';
import { migrate } from '#base/database/migrate.ts';
import { HoldfastError, type Problem } from '#core/errors.ts';
import { removeGenerations } from '#ledger/projection/generations.ts';
import { tableName } from '#ledger/projection/projection.ts';
import { LEDGER_MIGRATIONS } from '#ledger/store/migrations.ts';
import type { LedgerTables } from '#ledger/store/tables.ts';

/** A PostgreSQL database that is ready for a writer that cannot change events. */
export interface InitialisedDatabase {
  /** Where the tables are. */
  readonly schema: string;
  /** Versions of the tables, before and now. */
  readonly from: number;
  readonly to: number;
  readonly writer: string;
  /** The role was not there. It can log in, and has no password. */
  readonly writerMade: boolean;
  /** Read models that were another role's, and are built anew when they are needed. */
  readonly dropped: readonly string[];
  /** Who can do more than they should, and what the owner could not change. */
  readonly problems: readonly Problem[];
}

type Query = Kysely<LedgerTables>;

/**
 * Brings the ledger's tables up to date as their owner, and gives `writer` exactly the rights that appending takes; makes
 * the role if it is missing. All of it or nothing, but for the tables; again does no harm.
 * @throws `DATABASE_ROLE_INVALID`, `DATABASE_ROLE_MISSING`, `DATABASE_NOT_OWNER`, `DATABASE_WRITER_TOO_STRONG`,
 * `DATABASE_RIGHTS_MISSING`, `DATABASE_*`
 */
export async function initDatabase(ownerUrl: string, writer: string): Promise<InitialisedDatabase> {
  refuseRoleName(writer);
  const database = await openLedgerServer(ownerUrl);
  try {
    const { from, to } = await migrate(database, LEDGER_MIGRATIONS);
    return await database.write(async (query) => {
      const { owner, schema } = await whoAndWhere(query);
      if (owner === writer) {
        throw new HoldfastError('DATABASE_WRITER_TOO_STRONG', `${writer} is the owner itself`, {
          kind: 'usage',
          hint: 'Name another role for --writer: the owner can change every event.',
        });
      }
      const writerMade = await makeRole(query, writer, owner);
      const dropped = await dropForeignReadModels(query, schema, writer);
      await grantRights(query, schema, writer);
      await refuseWrongRights(query, schema, writer);
      const problems = await problemsOf(query, schema, writer);
      return { schema, from, to, writer, writerMade, dropped, problems };
    });
  } finally {
    await database.close();
  }
}

const MOST_NAME_BYTES = 63;

/** PostgreSQL takes `public` and `none` for words of its own, quoted or not, and keeps `pg_` for itself. */
function refuseRoleName(name: string): void {
  const reserved = /^(?:public|none|pg_.*)$/.test(name);
  if (!reserved && name !== '' && !/\p{Cc}/u.test(name) && Buffer.byteLength(name) <= MOST_NAME_BYTES) return;
  throw new HoldfastError('DATABASE_ROLE_INVALID', `${JSON.stringify(name.slice(0, 100))} cannot be a role’s name`, {
    kind: 'usage',
    hint: 'Name a role of its own, such as holdfast_writer.',
  });
}

/** @throws `DATABASE_NOT_OWNER` */
async function whoAndWhere(query: Query): Promise<{ readonly owner: string; readonly schema: string }> {
  const found = await sql<{ me: string; schema: string; owner: string; mine: number }>`
    select current_user::text as me, schemaname::text as schema, tableowner::text as owner,
      pg_catalog.pg_has_role(tableowner, 'usage')::int as mine
    from pg_catalog.pg_tables where tablename = 'events' and schemaname = pg_catalog.current_schema()`.execute(query);
  const [row] = found.rows;
  if (row === undefined) throw new HoldfastError('DATABASE_NOT_OWNER', 'The first schema of search_path has no ledger');
  if (row.mine === 1) return { owner: row.me, schema: row.schema };
  throw new HoldfastError('DATABASE_NOT_OWNER', `The ledger’s tables belong to ${row.owner}, not to ${row.me}`, {
    kind: 'usage',
    hint: `Give --owner-url with the role ${row.owner}.`,
  });
}

/** @returns whether it was made */
async function makeRole(query: Query, writer: string, owner: string): Promise<boolean> {
  const known = await sql`select from pg_catalog.pg_roles where rolname = ${writer}`.execute(query);
  if (known.rows.length > 0) return false;
  try {
    await sql`create role ${sql.id(writer)} login`.execute(query);
    return true;
  } catch (cause) {
    if (!(cause instanceof HoldfastError) || cause.code !== 'DATABASE_REFUSED') throw cause;
    throw new HoldfastError('DATABASE_ROLE_MISSING', `There is no role ${writer}, and ${owner} may not create it`, {
      kind: 'usage',
      hint: `An administrator does, with psql: CREATE ROLE ${quoted(writer)} LOGIN; and then: \\password ${quoted(writer)}`,
      cause,
    });
  }
}

/** As it is written in SQL. */
function quoted(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

/** The writer makes its read models' tables and removes them: those of another role would stop it. */
async function dropForeignReadModels(query: Query, schema: string, writer: string): Promise<readonly string[]> {
  const generations = await query.selectFrom('projections').select(['id', 'generation']).orderBy('id').execute();
  const foreign = await sql<{ name: string }>`
    select tablename::text as name from pg_catalog.pg_tables
    where schemaname = ${schema} and tableowner <> ${writer}`.execute(query);
  const isForeign = (prefix: string) => foreign.rows.some(({ name }) => name.startsWith(prefix));
  const ids = generations.filter(({ id, generation }) => isForeign(tableName(id, generation, ''))).map(({ id }) => id);
  const dropped = [...new Set(ids)];
  for (const id of dropped) await removeGenerations(query, 'postgres', id);
  return dropped;
}

/** @throws `DATABASE_WRITER_TOO_STRONG`, `DATABASE_RIGHTS_MISSING` */
async function refuseWrongRights(query: Query, schema: string, writer: string): Promise<void> {
  const { lacking, excess } = await findRights(query, schema, writer);
  if (excess.length > 0) {
    throw new HoldfastError('DATABASE_WRITER_TOO_STRONG', `${writer} could change the record: ${excess.join(', ')}`, {
      kind: 'usage',
      hint: 'Name another role, or have an administrator take that from it. No rights were changed.',
    });
  }
  if (lacking.length > 0) {
    throw new HoldfastError('DATABASE_RIGHTS_MISSING', `${writer} could not be given ${lacking.join(', ')}`, {
      hint: `Give --owner-url with the owner of the database, or of the schema ${schema}. No rights were changed.`,
    });
  }
}

async function problemsOf(query: Query, schema: string, writer: string): Promise<readonly Problem[]> {
  const others = await otherRights(query, schema, writer);
  const open = await isOpenSchema(query, schema);
  return [
    ...others.map((role) => ({
      code: 'DATABASE_OTHER_WRITER',
      message: `Another role was granted rights at the ledger’s tables: ${role}. One role writes, for all machines`,
    })),
    ...(open
      ? [
          {
            code: 'DATABASE_SCHEMA_OPEN',
            message:
              `Every role may make tables in the schema ${schema}, and this owner cannot change that. ` +
              `An administrator can: REVOKE CREATE ON SCHEMA ${quoted(schema)} FROM PUBLIC`,
          },
        ]
      : []),
  ];
}
