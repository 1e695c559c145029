import type { CompiledQuery, QueryResult } from 'kysely';
import type { Session } from '#base/database/lease.ts';
import type { SqliteHandle, SqliteStatement } from '#base/database/load-libsql.ts';

/** Prepared statements kept for a connection; of more, the one that was not used for longest goes. */
const CACHED_STATEMENTS = 256;
/** A long stream lets others have the thread after this. */
const TURN_MS = 10;

interface Prepared {
  readonly statement: SqliteStatement;
  readonly reader: boolean;
}

/** A connection with its prepared statements. All it throws is the driver's. */
export interface SqliteConnection extends Session {
  readonly handle: SqliteHandle;
  /** Resets what streams have left open: they would hold on to an old view. */
  settle(): void;
  close(): void;
}

/** The driver gives ArrayBuffers in lists of rows. They are the row's own, so nothing is copied. */
function withBuffers(row: Record<string, unknown>, columns: readonly string[]): Record<string, unknown> {
  for (const column of columns) {
    const value = row[column];
    if (typeof value === 'object' && value instanceof ArrayBuffer) row[column] = Buffer.from(value);
  }
  return row;
}

function bindable(parameters: readonly unknown[]): readonly unknown[] {
  return parameters.some((value) => typeof value === 'boolean')
    ? parameters.map((value) => (typeof value === 'boolean' ? Number(value) : value))
    : parameters;
}

/** Wraps an open handle. */
export function sqliteConnection(handle: SqliteHandle): SqliteConnection {
  const cache = new Map<string, Prepared>();
  const streaming = new Map<SqliteStatement, readonly unknown[]>();

  // A statement is out of the cache while it runs: one that failed, or that a stream has open, is never used again by
  // another, since the driver would go on with its old parameters.
  const take = (sql: string): Prepared => {
    const kept = cache.get(sql);
    if (kept !== undefined) {
      cache.delete(sql);
      return kept;
    }
    const statement = handle.prepare(sql);
    return { statement, reader: statement.reader };
  };
  const keep = (sql: string, prepared: Prepared) => {
    cache.set(sql, prepared);
    if (cache.size <= CACHED_STATEMENTS) return;
    const [oldest] = cache.keys();
    if (oldest !== undefined) cache.delete(oldest);
  };
  const reset = (statement: SqliteStatement) => {
    const parameters = streaming.get(statement);
    if (parameters === undefined) return;
    streaming.delete(statement);
    try {
      statement.get(parameters);
    } catch {
      // It was reset by its own error.
    }
  };

  return {
    handle,
    run: async ({ sql, parameters }: CompiledQuery): Promise<QueryResult<unknown>> => {
      const prepared = take(sql);
      const bound = bindable(parameters);
      let result: QueryResult<unknown>;
      if (prepared.reader) {
        const rows: unknown[] = [];
        const found = prepared.statement.iterate(bound);
        let columns: readonly string[] | undefined;
        for (let next = found.next(); next.done !== true; next = found.next()) {
          columns ??= Object.keys(next.value);
          rows.push(withBuffers(next.value, columns));
        }
        result = { rows };
      } else {
        const { changes, lastInsertRowid } = prepared.statement.run(bound);
        result = { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
      }
      keep(sql, prepared);
      return result;
    },
    chunks: async function* ({ sql, parameters }: CompiledQuery, chunkSize: number) {
      const prepared = take(sql);
      const bound = bindable(parameters);
      const { statement } = prepared;
      const found = statement.iterate(bound);
      streaming.set(statement, bound);
      let columns: readonly string[] | undefined;
      let since = performance.now();
      try {
        for (let last = false; !last; ) {
          const chunk: unknown[] = [];
          while (chunk.length < chunkSize) {
            const next = found.next();
            last = next.done === true;
            if (next.done === true) break;
            columns ??= Object.keys(next.value);
            chunk.push(withBuffers(next.value, columns));
          }
          if (last) {
            streaming.delete(statement);
            keep(sql, prepared);
          }
          if (chunk.length > 0) yield chunk;
          if (!last && performance.now() - since > TURN_MS) {
            await new Promise((resolve) => setImmediate(resolve));
            since = performance.now();
          }
        }
      } finally {
        reset(statement);
      }
    },
    settle: () => {
      for (const statement of streaming.keys()) reset(statement);
    },
    close: () => {
      for (const statement of streaming.keys()) reset(statement);
      cache.clear();
      handle.close();
    },
  };
}
