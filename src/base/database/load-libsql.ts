import { HoldfastError } from '#core/errors.ts';

/** A prepared statement of the driver. Parameters are always one array: a bare object ends the process. */
export interface SqliteStatement {
  readonly reader: boolean;
  run(parameters: readonly unknown[]): { readonly changes: number; readonly lastInsertRowid: number | bigint };
  /** One step, then a reset: also of an iteration that is under way. */
  get(parameters: readonly unknown[]): unknown;
  iterate(parameters: readonly unknown[]): Iterator<Record<string, unknown>>;
}

/** A connection of the driver, as far as it is used here. It has no way to finalise a statement but the collector. */
export interface SqliteHandle {
  readonly inTransaction: boolean;
  prepare(sql: string): SqliteStatement;
  exec(sql: string): void;
  close(): void;
}

type Open = new (path: string) => SqliteHandle;

/**
 * The SQLite driver, whose native part belongs to one platform; loaded when a database is first opened, so that nothing
 * else needs it.
 * @throws `DATABASE_DRIVER_MISSING`
 */
export async function loadLibsql(load: () => Promise<unknown> = () => import('libsql')): Promise<Open> {
  try {
    return ((await load()) as { readonly default: Open }).default;
  } catch (error) {
    const [said = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw new HoldfastError(
      'DATABASE_DRIVER_MISSING',
      `SQLite's driver cannot be loaded for ${process.platform}-${process.arch}: ${said}`,
      {
        cause: error,
        hint: 'This holdfast was packed for other platforms. Add what is named here beside it with `npm install --global`, or use PostgreSQL.',
      },
    );
  }
}
