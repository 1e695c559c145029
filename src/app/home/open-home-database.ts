import type { Environment } from '#app/data-directory.ts';
import type { Home } from '#app/home/home.ts';
import { homePaths } from '#app/home/home-directory.ts';
import type { Database } from '#base/database/database.ts';
import { migrate, schemaVersion } from '#base/database/migrate.ts';
import { HoldfastError } from '#core/errors.ts';
import { LEDGER_MIGRATIONS } from '#ledger/store/migrations.ts';
import type { LedgerTables } from '#ledger/store/tables.ts';

/** Writers of ledgers in one PostgreSQL database take turns by this advisory lock. */
const LOCK_ID = 0x401dfa57;

/**
 * Opens the database that holds a home's ledger. For writing, its tables are brought to this program's form first; for
 * reading, nothing is changed.
 * @throws `HOME_DATABASE_MISSING`, `HOME_DATABASE_OLD`, `HOME_DATABASE_REFUSED`, `DATABASE_*`
 */
export async function openHomeDatabase(
  home: Home,
  environment: Environment,
  access: 'read' | 'write',
): Promise<Database<LedgerTables>> {
  const database = await openOf(home, environment, access);
  try {
    await bringUpToDate(database, access);
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function openOf(
  { directory, config }: Home,
  environment: Environment,
  access: 'read' | 'write',
): Promise<Database<LedgerTables>> {
  if (config.database === 'sqlite') {
    const { openSqlite } = await import('#base/database/open-sqlite.ts');
    return openSqlite<LedgerTables>(homePaths(directory).database, { readonly: access === 'read' });
  }
  const url = environment['HOLDFAST_DATABASE'];
  if (!url) {
    throw new HoldfastError(
      'HOME_DATABASE_MISSING',
      `The ledger of ${directory} is in PostgreSQL, and no address is given`,
      {
        kind: 'usage',
        hint: 'Set HOLDFAST_DATABASE=postgres://...',
      },
    );
  }
  return openLedgerServer(url);
}

/** @throws `DATABASE_CONNECTION`, `DATABASE_ACCESS` */
export async function openLedgerServer(url: string): Promise<Database<LedgerTables>> {
  const { openPostgres } = await import('#base/database/open-postgres.ts');
  return openPostgres<LedgerTables>(url, { lockId: LOCK_ID, applicationName: 'holdfast' });
}

async function bringUpToDate(database: Database<LedgerTables>, access: 'read' | 'write'): Promise<void> {
  const newest = LEDGER_MIGRATIONS.at(-1)?.version ?? 0;
  const version = await schemaVersion(database).catch((cause: unknown) => {
    if (!(cause instanceof HoldfastError) || cause.code !== 'DATABASE_REFUSED') throw cause;
    throw new HoldfastError('HOME_DATABASE_REFUSED', 'This role may not read the ledger’s tables', {
      hint: 'Their owner grants that: holdfast db-init --writer ROLE',
      cause,
    });
  });
  if (version === newest) return;
  // What is newer than the program is refused by the migration, also for reading.
  if (version < newest && access === 'read') {
    throw new HoldfastError(
      'HOME_DATABASE_OLD',
      `The ledger’s tables have form ${version}, this program reads ${newest}`,
      {
        hint: 'holdfast init brings them up to date.',
      },
    );
  }
  try {
    await migrate(database, LEDGER_MIGRATIONS);
  } catch (error) {
    if (!(error instanceof HoldfastError) || error.code !== 'DATABASE_REFUSED') throw error;
    throw new HoldfastError(
      'HOME_DATABASE_OLD',
      'The ledger’s tables are missing or of an older form, and this role may not change them',
      {
        hint: 'Their owner brings them up to date: holdfast db-init --writer ROLE',
        cause: error,
      },
    );
  }
}
