import { type Kysely, sql } from 'kysely';
import { WRITTEN_ONCE } from '#ledger/store/migrations.ts';
import type { LedgerTables } from '#ledger/store/tables.ts';

type Query = Kysely<LedgerTables>;

/** What the writer may do with each of the ledger's tables, and nothing else. */
const RIGHTS: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ...WRITTEN_ONCE.map((table) => [table, ['select', 'insert']] as const),
  ['ledger_head', ['select', 'insert', 'update', 'delete']],
  ['projections', ['select', 'insert', 'update', 'delete']],
  ['schema_version', ['select']],
]);

/** Each of these on a table would let the writer change what was written, or what it means. */
const CHANGES = ['insert', 'update', 'delete', 'truncate', 'trigger'];

/** Takes the rights at the ledger's tables from everybody and from the writer, and gives the writer its own. */
export async function grantRights(query: Query, schema: string, writer: string): Promise<void> {
  const role = sql.id(writer);
  for (const [table, rights] of RIGHTS) {
    const name = sql.id(schema, table);
    await sql`revoke all on table ${name} from public, ${role}`.execute(query);
    await sql`grant ${sql.raw(rights.join(', '))} on table ${name} to ${role}`.execute(query);
  }
  await sql`revoke all on function ${sql.id(schema, 'ledger_refuse')}() from public`.execute(query);
  // One that may not do this is only warned: what came of it is checked.
  await sql`revoke create on schema ${sql.id(schema)} from public`.execute(query);
  // It makes the tables of its read models itself.
  await sql`grant usage, create on schema ${sql.id(schema)} to ${role}`.execute(query);
  const { rows } = await sql<{ name: string }>`
    select pg_catalog.current_database()::text as name
    where not pg_catalog.has_database_privilege(${writer}::name, pg_catalog.current_database()::text, 'connect')
  `.execute(query);
  for (const { name } of rows) await sql`grant connect on database ${sql.id(name)} to ${role}`.execute(query);
}

/** What the writer lacks and what it has beyond its need, by whatever way it came to it; in words. */
export interface RightsFound {
  readonly lacking: readonly string[];
  readonly excess: readonly string[];
}

export async function findRights(query: Query, schema: string, writer: string): Promise<RightsFound> {
  const lacking: string[] = [];
  const excess: string[] = [];
  for (const [table, rights] of RIGHTS) {
    const { rows } = await sql<{ right: string; whole: number }>`
      select r."right", pg_catalog.has_table_privilege(${writer}::name, c.oid, r."right")::int as whole
      from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace,
        (values ('select'), ('insert'), ('update'), ('delete'), ('truncate'), ('trigger')) as r("right")
      where n.nspname = ${schema} and c.relname = ${table} and (
        pg_catalog.has_table_privilege(${writer}::name, c.oid, r."right")
        or r."right" in ('insert', 'update') and pg_catalog.has_any_column_privilege(${writer}::name, c.oid, r."right"))
    `.execute(query);
    for (const right of rights) {
      if (!rows.some((row) => row.right === right && row.whole === 1)) lacking.push(`${right} on ${table}`);
    }
    for (const { right } of rows) {
      if (CHANGES.includes(right) && !rights.includes(right)) excess.push(`it has ${right} on ${table}`);
    }
  }
  const { rows } = await sql<{ right: string }>`
    select r."right" from (values ('usage'), ('create')) as r("right")
    where not pg_catalog.has_schema_privilege(${writer}::name, ${schema}::text, r."right")`.execute(query);
  lacking.push(...rows.map(({ right }) => `${right} on schema ${schema}`));
  const powers = await powersOf(query, schema, writer);
  // They bring all rights along.
  return { lacking, excess: powers.length > 0 ? powers : excess };
}

/** What lets a role change tables whatever was granted. A schema's owner may drop what is in it. */
async function powersOf(query: Query, schema: string, writer: string): Promise<readonly string[]> {
  const { rows } = await sql<{ what: string }>`
    select 'it is a superuser' as what from pg_catalog.pg_roles where rolname = ${writer} and rolsuper
    union all
    select 'it may create roles' from pg_catalog.pg_roles where rolname = ${writer} and rolcreaterole
    union all
    select 'it owns the schema, or may become its owner' from pg_catalog.pg_namespace
      where nspname = ${schema} and pg_catalog.pg_has_role(${writer}::name, nspowner, 'member')
    union all
    select 'it owns the database, or may become its owner' from pg_catalog.pg_database
      where datname = pg_catalog.current_database() and pg_catalog.pg_has_role(${writer}::name, datdba, 'member')
    union all
    select 'it owns tables of the ledger, or may become their owner'
      where exists (select from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where n.nspname = ${schema} and c.relname in (${sql.join([...RIGHTS.keys()])})
        and pg_catalog.pg_has_role(${writer}::name, c.relowner, 'member'))`.execute(query);
  return rows.map(({ what }) => what);
}

/** Roles beside the owners and the writer that were granted something at the ledger's tables, with what. */
export async function otherRights(query: Query, schema: string, writer: string): Promise<readonly string[]> {
  const { rows } = await sql<{ role: string; rights: string }>`
    select g.rolname::text as role,
      pg_catalog.string_agg(distinct pg_catalog.lower(a.privilege_type), ', ') as rights
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace,
      pg_catalog.aclexplode(c.relacl) a join pg_catalog.pg_roles g on g.oid = a.grantee
    where n.nspname = ${schema} and c.relname in (${sql.join([...RIGHTS.keys()])})
      and a.grantee <> c.relowner and g.rolname <> ${writer} and a.privilege_type <> 'SELECT'
    group by g.rolname order by g.rolname`.execute(query);
  return rows.map(({ role, rights }) => `${role} (${rights})`);
}

/** Whether every role of the server may make tables beside the ledger's, as before PostgreSQL 15. */
export async function isOpenSchema(query: Query, schema: string): Promise<boolean> {
  const { rows } = await sql`
    select where pg_catalog.has_schema_privilege('public', ${schema}::text, 'create')`.execute(query);
  return rows.length > 0;
}
