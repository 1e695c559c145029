import type { PoolClient, PoolConfig } from 'pg';
import type { Database } from '#base/database/database.ts';
import { commitError, databaseError } from '#base/database/errors.ts';
import { numbersAsNumbers, postgresSession, statementNames } from '#base/database/postgres-session.ts';
import { type Connector, databaseOver, type Mode, type Transaction } from '#base/database/transactions.ts';
import { HoldfastError } from '#core/errors.ts';

/** How a PostgreSQL database is used. */
export interface PostgresOptions {
  /** The advisory lock that makes writers of this kind take turns: a 64-bit integer that all of them share. */
  readonly lockId: bigint | number;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName?: string;
}

const CONNECT_TIMEOUT_MS = 10_000;
const IDLE_TIMEOUT_MS = 30_000;
const KEEP_ALIVE_MS = 30_000;
const MOST_CONNECTIONS = 16;

/**
 * For each new connection. Commits are on the server's disk before they are acknowledged, whatever the server's default.
 * A peer that has gone is noticed by both sides, so that a dead writer does not keep the lock. Functions are named with
 * their schema: others may make some of their own in a schema that they share, and those must not run with our rights.
 */
const SETTINGS = `
SELECT pg_catalog.set_config('synchronous_commit', 'on', false)
  WHERE pg_catalog.current_setting('synchronous_commit') = 'off';
SET lock_timeout = '30s';
SET tcp_keepalives_idle = 30;
SET tcp_keepalives_interval = 10;
SET tcp_keepalives_count = 3;
SET standard_conforming_strings = on`;

/** The URL without its password and query, for people. @throws `DATABASE_URL_INVALID` */
function nameOf(url: string): string {
  try {
    const { protocol, username, host, pathname } = new URL(url);
    if (protocol !== 'postgres:' && protocol !== 'postgresql:') throw new Error(protocol);
    return `postgres://${username === '' ? '' : `${username}@`}${host}${pathname}`;
  } catch {
    // Neither the URL nor the error that quotes it may be shown: there can be a password in it.
    throw new HoldfastError('DATABASE_URL_INVALID', 'the database URL is not a PostgreSQL URL', {
      kind: 'usage',
      hint: 'It looks like postgres://USER:PASSWORD@HOST:PORT/DATABASE; encode special characters of the password.',
    });
  }
}

function beginning(mode: Mode, lockId: bigint): string {
  if (mode === 'read') return 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY';
  // The first snapshot is taken when the lock is held. A writer that hangs loses its session, and with it the lock.
  return `BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL idle_in_transaction_session_timeout = '60s';
SELECT pg_catalog.pg_advisory_xact_lock(${lockId})`;
}

/**
 * Opens a database of a PostgreSQL server. The URL is as libpq's; what it leaves out comes from PG* variables and
 * `~/.pgpass`. Connections that were lost are replaced at the next call.
 * @throws `DATABASE_URL_INVALID`, `DATABASE_CONNECTION`, `DATABASE_ACCESS`, `DATABASE_MISSING`
 */
export async function openPostgres<Tables>(url: string, options: PostgresOptions): Promise<Database<Tables>> {
  const name = nameOf(url);
  const lockId = BigInt.asIntN(64, BigInt(options.lockId));
  const { default: pg } = await import('pg');
  const config: PoolConfig = {
    connectionString: url,
    application_name: options.applicationName ?? 'holdfast',
    max: MOST_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    idleTimeoutMillis: IDLE_TIMEOUT_MS,
    keepAlive: true,
    // The system's own would take hours to notice that the server has gone without a word.
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    types: numbersAsNumbers(pg.types),
  };
  const statements = statementNames();
  const pool = new pg.Pool(config);
  // A connection that is lost while nobody uses it, or between two statements, is noticed by the next statement.
  const noticedLater = () => undefined;
  pool.on('error', noticedLater);
  pool.on('connect', (client) => client.on('error', noticedLater));
  const set = new WeakSet<PoolClient>();

  const failed = (client: PoolClient, error: unknown): HoldfastError => {
    client.release(true);
    return databaseError(error, name);
  };

  /** A client that was idle may have lost its connection unnoticed; a new one has not. */
  async function begin(mode: Mode): Promise<PoolClient> {
    for (;;) {
      const client = await pool.connect().catch((error: unknown) => {
        throw databaseError(error, name);
      });
      const wasUsed = set.has(client);
      try {
        if (!wasUsed) await client.query(SETTINGS);
        set.add(client);
        await client.query(beginning(mode, lockId));
        return client;
      } catch (error) {
        const coded = failed(client, error);
        if (!wasUsed || coded.code !== 'DATABASE_CONNECTION') throw coded;
      }
    }
  }

  const connector: Connector = {
    engine: 'postgres',
    name,
    begin: async (mode): Promise<Transaction> => {
      const client = await begin(mode);
      return {
        session: postgresSession(client, statements),
        commit: async () => {
          let command: string;
          try {
            ({ command } = await client.query('COMMIT'));
          } catch (error) {
            client.release(true);
            throw commitError(error, name);
          }
          client.release();
          // What the server says when a transaction had failed.
          if (command !== 'COMMIT')
            throw new HoldfastError('DATABASE_FAILED', `the database ${name} rolled back instead of committing`);
        },
        rollback: async (failure) => {
          try {
            await client.query('ROLLBACK');
            // A plan that no longer fits, or a doubtful session, is not used again.
            client.release(failure?.code === 'DATABASE_CONNECTION' || failure?.code === 'DATABASE_FAILED');
          } catch {
            client.release(true);
          }
        },
      };
    },
    close: () => pool.end(),
  };
  try {
    const client = await begin('read');
    await client.query('ROLLBACK');
    client.release();
  } catch (error) {
    await pool.end();
    throw databaseError(error, name);
  }
  return databaseOver<Tables>(connector);
}
