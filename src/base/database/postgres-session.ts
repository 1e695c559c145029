import type { CompiledQuery, QueryResult } from 'kysely';
import type { ClientBase, CustomTypesConfig, QueryResult as PostgresResult } from 'pg';
import type { Session } from '#base/database/lease.ts';
import { HoldfastError } from '#core/errors.ts';

const INT8 = 20;
const NUMERIC = 1700;
/** A fetch has a round trip, so the builder's own 100 rows are too few. */
const LEAST_ROWS_A_FETCH = 500;
/** Statements that a connection keeps prepared. The text of more is sent each time. */
const NAMED_STATEMENTS = 256;

function toNumber(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && !Number.isSafeInteger(value))
    throw new HoldfastError('DATABASE_FAILED', `the number ${text.slice(0, 60)} is too large to be read exactly`);
  return value;
}

/** Types as SQLite gives them: all numbers are numbers. */
export function numbersAsNumbers(defaults: CustomTypesConfig): CustomTypesConfig {
  const getTypeParser = (oid: number, format?: 'text' | 'binary') =>
    (oid === INT8 || oid === NUMERIC) && format !== 'binary' ? toNumber : defaults.getTypeParser(oid, format as 'text');
  return { getTypeParser: getTypeParser as CustomTypesConfig['getTypeParser'] };
}

/** Gives every statement's text one name, up to a limit; undefined beyond it. */
export type StatementNames = (sql: string) => string | undefined;

export function statementNames(): StatementNames {
  const names = new Map<string, string>();
  return (sql) => {
    const known = names.get(sql);
    if (known !== undefined || names.size >= NAMED_STATEMENTS) return known;
    const name = `holdfast_${names.size}`;
    names.set(sql, name);
    return name;
  };
}

const PLANNED = new Set(['SelectQueryNode', 'InsertQueryNode', 'UpdateQueryNode', 'DeleteQueryNode']);
const COUNTED = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE']);

/** Statements over one client inside a transaction. */
export function postgresSession(client: ClientBase, nameOf: StatementNames): Session {
  let cursors = 0;
  const send = (query: CompiledQuery): Promise<PostgresResult> => {
    const name = PLANNED.has(query.query.kind) ? nameOf(query.sql) : undefined;
    return client.query({
      text: query.sql,
      values: [...query.parameters],
      ...(name === undefined ? {} : { name }),
    });
  };
  return {
    run: async (query): Promise<QueryResult<unknown>> => {
      const { rows, command, rowCount } = await send(query);
      return COUNTED.has(command) ? { rows, numAffectedRows: BigInt(rowCount ?? 0) } : { rows };
    },
    // A cursor of the server's: the client would otherwise hold the whole result.
    chunks: async function* (query, chunkSize) {
      cursors += 1;
      const cursor = `holdfast_cursor_${cursors}`;
      const count = Math.max(chunkSize, LEAST_ROWS_A_FETCH);
      await client.query(`DECLARE ${cursor} NO SCROLL CURSOR FOR ${query.sql}`, [...query.parameters]);
      try {
        for (;;) {
          const { rows } = await client.query<Record<string, unknown>>(`FETCH ${count} FROM ${cursor}`);
          if (rows.length > 0) yield rows;
          if (rows.length < count) break;
        }
      } finally {
        // Fails where the transaction has failed or ended, and has taken its cursors along.
        await client.query(`CLOSE ${cursor}`).catch(() => undefined);
      }
    },
  };
}
