import { AsyncLocalStorage } from 'node:async_hooks';
import type { Kysely } from 'kysely';
import type { Database, Engine } from '#base/database/database.ts';
import { leaseOver, type Session } from '#base/database/lease.ts';
import { turns } from '#base/database/turns.ts';
import { HoldfastError } from '#core/errors.ts';

/** Whether a transaction may write. */
export type Mode = 'write' | 'read';

/** A transaction that an engine has begun. Exactly one of `commit` and `rollback` is called. */
export interface Transaction {
  readonly session: Session;
  /** Throws a coded error when it did not happen, or may not have. Cleans up either way. */
  commit(): Promise<void>;
  /** Never throws. `failure` is what a statement failed with, if one did. */
  rollback(failure: HoldfastError | undefined): Promise<void>;
}

/** What an engine gives: transactions one after the other. Its own errors are coded. */
export interface Connector {
  readonly engine: Engine;
  /** The database for people: a path, or a URL without its password. */
  readonly name: string;
  begin(mode: Mode): Promise<Transaction>;
  close(): Promise<void>;
}

interface Running<Tables> {
  readonly mode: Mode;
  readonly query: Kysely<Tables>;
  active: boolean;
}

/** Reads of this process that run at the same time; more wait their turn. */
const CONCURRENT_READS = 8;

/** The promises of {@link Database} that are the same for every engine: turns, nesting, ends and failures. */
export function databaseOver<Tables>(connector: Connector): Database<Tables> {
  const { engine, name } = connector;
  const writers = turns(1);
  const readers = turns(CONCURRENT_READS);
  const context = new AsyncLocalStorage<Running<Tables>>();
  const all = new Set<Promise<unknown>>();
  let closing: Promise<void> | undefined;

  const outer = (): Running<Tables> | undefined => {
    const running = context.getStore();
    return running?.active === true ? running : undefined;
  };

  async function inTransaction<T>(mode: Mode, work: (query: Kysely<Tables>) => Promise<T>): Promise<T> {
    const transaction = await connector.begin(mode);
    const lease = leaseOver<Tables>(engine, name, transaction.session);
    const running: Running<Tables> = { mode, query: lease.query, active: true };
    let result: T;
    try {
      result = await context.run(running, () => work(lease.query));
      const failure = lease.failure();
      // Neither engine would commit all of it.
      if (failure !== undefined) throw failure;
    } catch (error) {
      running.active = false;
      lease.end();
      await transaction.rollback(lease.failure());
      throw error;
    }
    running.active = false;
    lease.end();
    // What was read was read, even where the connection is lost now.
    if (mode === 'read') await transaction.rollback(undefined);
    else await transaction.commit();
    return result;
  }

  async function inTurn<T>(mode: Mode, work: (query: Kysely<Tables>) => Promise<T>): Promise<T> {
    // A read of the writer's own must not wait for reads that wait for the writer.
    if (mode === 'read' && outer() !== undefined) return inTransaction(mode, work);
    const end = await (mode === 'write' ? writers : readers).take();
    try {
      return await inTransaction(mode, work);
    } finally {
      end();
    }
  }

  async function start<T>(mode: Mode, work: (query: Kysely<Tables>) => Promise<T>): Promise<T> {
    if (closing !== undefined) throw new HoldfastError('DATABASE_CLOSED', `the database ${name} was closed`);
    const done = inTurn(mode, work);
    all.add(done);
    try {
      return await done;
    } finally {
      all.delete(done);
    }
  }

  return {
    engine,
    write: async (work) => {
      if (outer()?.mode === 'write')
        throw new HoldfastError('DATABASE_NESTED_WRITE', 'a write was begun inside a write of the same database');
      return start('write', work);
    },
    read: async (work) => {
      const around = outer();
      return around?.mode === 'read' ? work(around.query) : start('read', work);
    },
    close: () => {
      if (outer() !== undefined)
        return Promise.reject(
          new HoldfastError('DATABASE_NESTED_WRITE', 'a database cannot be closed by its own work'),
        );
      closing ??= Promise.allSettled([...all])
        .then(() => connector.close())
        // Before Node 24 a storage that was used is kept for ever, and each one slows every promise of the process.
        .finally(() => context.disable());
      return closing;
    },
  };
}
