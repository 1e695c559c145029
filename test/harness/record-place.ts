import { execFileSync } from 'node:child_process';
import { type Bench, type Ran, type RunOptions, startBench } from './holdfast.ts';
import { type Postgres, startPostgres } from './postgres.ts';

/** Where a test's records are: on either engine, each `fresh` one in a database of its own that nobody has used. */
export interface RecordPlace {
  readonly engine: 'sqlite' | 'postgres';
  readonly bench: Bench;
  readonly server: Postgres | undefined;
  /** An empty place: no home, and in PostgreSQL no tables but the owner's. */
  fresh(): Promise<void>;
  /** The directory of a home, `home` unless another is named. */
  home(name?: string): string;
  /** What tells the program where the home is, and the database. */
  environment(home?: string): Readonly<Record<string, string>>;
  /** Runs the program; `home` is a directory's name. */
  run(args: readonly string[], options?: RunOptions & { readonly home?: string }): Promise<Ran>;
  /** Runs SQL around the program, as whoever can do everything. */
  tamper(...statements: readonly string[]): void;
  stop(): Promise<void>;
}

/** Runs SQL with psql, as the role in the address. */
export function psql(url: string, ...statements: readonly string[]): string {
  const commands = statements.flatMap((statement) => ['-c', statement]);
  return execFileSync('psql', ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', url, ...commands], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** A schema as a new database has it. */
export const EMPTY_SCHEMA = [
  'drop schema public cascade',
  'create schema public',
  'grant usage on schema public to public',
];

/** Starts a scratch directory, and for PostgreSQL a server. */
export async function startRecordPlace(engine: 'sqlite' | 'postgres'): Promise<RecordPlace> {
  const server = engine === 'postgres' ? await startPostgres() : undefined;
  const bench = startBench();
  const own: Record<string, string> = server === undefined ? {} : { HOLDFAST_DATABASE: server.url };
  let count = 0;
  const homeOf = (name = 'home') => bench.path(`${count}`, name);
  const environmentOf = (home?: string) => ({ HOLDFAST_HOME: homeOf(home), ...own });
  return {
    engine,
    bench,
    server,
    fresh: async () => {
      count += 1;
      if (server === undefined) return;
      psql(server.ownerUrl, ...EMPTY_SCHEMA);
      const ran = await bench.run(['db-init', '--owner-url', server.ownerUrl, '--writer', 'holdfast_writer']);
      if (ran.code !== 0) throw new Error(ran.stderr);
    },
    home: homeOf,
    environment: environmentOf,
    run: (args, { home, ...options } = {}) =>
      bench.run(args, {
        ...options,
        environment: { ...environmentOf(home), ...options.environment },
      }),
    tamper: (...statements) => {
      if (server !== undefined) psql(server.ownerUrl, ...statements);
      else execFileSync('sqlite3', ['-bail', `${homeOf()}/ledger.db`, ...statements], { stdio: 'pipe' });
    },
    stop: async () => {
      bench.remove();
      await server?.stop();
    },
  };
}
