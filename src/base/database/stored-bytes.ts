import { type Kysely, type RawBuilder, sql } from 'kysely';
import { engineOf } from '#base/database/lease.ts';

/**
 * A column of bytes or text, read as the bytes that are stored. Whoever can write to a SQLite file can put text there that
 * is no UTF-8, also in the place of bytes, and reading it as text ends the process inside the driver. A server lets nobody
 * do that: there the column comes as it is.
 */
export function storedBytes<Stored extends Buffer | string = Buffer>(
  query: Pick<Kysely<never>, 'getExecutor'>,
  column: string,
): RawBuilder<Stored> {
  return engineOf(query) === 'sqlite' ? sql`cast(${sql.ref(column)} as blob)` : sql.ref(column);
}
