import type { Kysely } from 'kysely';

/** Where the tables are: a file of this machine, or a server. */
export type Engine = 'sqlite' | 'postgres';

/**
 * Tables behind transactions. Work gets a query builder that is good for as long as the work runs, and nothing goes
 * around it. Both engines keep the same promises:
 *
 * - Values that come back are strings, numbers, null and Buffers. Text with a NUL character, NaN, dates and other
 *   objects are refused as parameters (`DATABASE_PARAMETER`): one of the engines would change or refuse them.
 * - After a statement failed, the transaction is lost, even when the work caught the error.
 * - `query.selectFrom(…).stream()` holds a chunk of rows at a time.
 *
 * What fails has one of the codes in `errors.ts`. A failed commit may have happened all the same when it failed with
 * `DATABASE_CONNECTION` or `DATABASE_IO`: only reading tells.
 */
export interface Database<Tables> {
  readonly engine: Engine;
  /**
   * Runs `work` alone among all writers of this database, in every process. Commits durably before it resolves; rolls
   * back when `work` throws. Nothing is tried again once `work` has begun.
   * @throws `DATABASE_NESTED_WRITE` inside another `write`; `DATABASE_BUSY` when other processes let it wait too long
   */
  write<T>(work: (query: Kysely<Tables>) => Promise<T>): Promise<T>;
  /**
   * One consistent view for several reads, as of the last commit before its start. It never waits for writers, nor do
   * they wait for it. A `read` inside a `read` shares its view; inside a `write` it sees what was before.
   * @throws `DATABASE_READ_ONLY` when `work` writes
   */
  read<T>(work: (query: Kysely<Tables>) => Promise<T>): Promise<T>;
  /** Waits for what runs, then lets go of the database. Later calls fail with `DATABASE_CLOSED`. */
  close(): Promise<void>;
}
