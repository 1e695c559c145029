import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import type { Engine } from '#base/database/database.ts';
import { databaseError } from '#base/database/errors.ts';
import { checkParameters } from '#base/database/parameters.ts';
import { HoldfastError } from '#core/errors.ts';

/** One open transaction of an engine's driver. Both throw what the driver throws. */
export interface Session {
  run(query: CompiledQuery): Promise<QueryResult<unknown>>;
  /** Rows in chunks of about `chunkSize`. What is left open is closed when the iteration ends early. */
  chunks(query: CompiledQuery, chunkSize: number): AsyncIterableIterator<unknown[]>;
}

/** A query builder over one transaction, for as long as that lasts. */
export interface Lease<Tables> {
  readonly query: Kysely<Tables>;
  /** The first error of a statement. After it nothing more is run. */
  failure(): HoldfastError | undefined;
  /** From now on every statement is refused. */
  end(): void;
}

/** One of each for the process: statements that are kept belong to their engine's adapter. */
const ADAPTERS = { sqlite: new SqliteAdapter(), postgres: new PostgresAdapter() };

/** Which engine a transaction's query builder speaks to. */
export function engineOf(query: Pick<Kysely<never>, 'getExecutor'>): Engine {
  return query.getExecutor().adapter === ADAPTERS.sqlite ? 'sqlite' : 'postgres';
}

function dialectOver(engine: Engine, connection: DatabaseConnection): Dialect {
  const nested = (): Promise<never> =>
    Promise.reject(new HoldfastError('DATABASE_NESTED_WRITE', 'there is a transaction already: it is the work itself'));
  const nothing = () => Promise.resolve();
  const createDriver = () => ({
    init: nothing,
    acquireConnection: () => Promise.resolve(connection),
    beginTransaction: nested,
    commitTransaction: nested,
    rollbackTransaction: nested,
    releaseConnection: nothing,
    destroy: nothing,
  });
  if (engine === 'sqlite') {
    return {
      createDriver,
      createAdapter: () => ADAPTERS.sqlite,
      createIntrospector: (query) => new SqliteIntrospector(query),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    };
  }
  return {
    createDriver,
    createAdapter: () => ADAPTERS.postgres,
    createIntrospector: (query) => new PostgresIntrospector(query),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  };
}

/** Makes the query builder of one transaction. `name` is the database's, for errors. */
export function leaseOver<Tables>(engine: Engine, name: string, session: Session): Lease<Tables> {
  let failure: HoldfastError | undefined;
  let ended = false;
  const check = (query: CompiledQuery) => {
    if (ended) throw new HoldfastError('DATABASE_ENDED', 'a statement came after its transaction had ended');
    if (failure !== undefined) throw failure;
    checkParameters(query.parameters);
  };
  const fail = (error: unknown): HoldfastError => {
    const coded = databaseError(error, name);
    if (!ended) failure ??= coded;
    return coded;
  };
  const connection: DatabaseConnection = {
    async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
      try {
        check(query);
        return (await session.run(query)) as QueryResult<R>;
      } catch (error) {
        throw fail(error);
      }
    },
    async *streamQuery<R>(query: CompiledQuery, chunkSize: number): AsyncIterableIterator<QueryResult<R>> {
      try {
        check(query);
        for await (const rows of session.chunks(query, chunkSize)) {
          yield { rows: rows as R[] };
          check(query);
        }
      } catch (error) {
        throw fail(error);
      }
    },
  };
  return {
    query: new Kysely<Tables>({ dialect: dialectOver(engine, connection) }),
    failure: () => failure,
    end: () => {
      ended = true;
    },
  };
}
