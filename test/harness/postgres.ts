import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { findTool } from './tool.ts';

/** A real PostgreSQL server of the test's own, with one database. */
export interface Postgres {
  /** For the role `holdfast_writer`, which owns nothing and was granted nothing but to connect. */
  readonly url: string;
  /** For the role `holdfast_owner`, which owns the database. */
  readonly ownerUrl: string;
  /** For the superuser. */
  readonly adminUrl: string;
  /** Stops the server at once, as a crash would, and starts it again; resolves when it answers. */
  restart(): Promise<void>;
  /** Ends all connections of the database but the one that asks. */
  cutConnections(): Promise<void>;
  /** Ends it and removes every trace. */
  stop(): Promise<void>;
}

const KEEPER = fileURLToPath(new URL('postgres-keeper.sh', import.meta.url));
const START_LIMIT_MS = 60_000;
const VERSIONS = '/usr/lib/postgresql';

/** Debian keeps the server's programs out of the PATH, in one directory a version. */
function serverPrograms(): string | undefined {
  const versions = existsSync(VERSIONS) ? readdirSync(VERSIONS).sort((a, b) => Number(b) - Number(a)) : [];
  return versions
    .map((version) => join(VERSIONS, version, 'bin'))
    .find((bin) => existsSync(join(bin, 'initdb')) && existsSync(join(bin, 'postgres')));
}

/** The numeric ids of the user that Debian's package makes. */
function serverUser(): { readonly uid: number; readonly gid: number } | undefined {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((user) => user.startsWith('postgres:'));
  const [, , uid, gid] = line?.split(':') ?? [];
  return uid === undefined || gid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) };
}

/** Why {@link startPostgres} cannot work here; undefined when it can. */
export function postgresUnavailable(): string | undefined {
  if (process.platform !== 'linux') return 'the PostgreSQL harness runs on Linux only';
  if (serverPrograms() === undefined) return 'postgresql is not installed';
  if (process.getuid?.() !== 0) return undefined;
  if (findTool('setpriv') === undefined) return 'setpriv is not installed';
  return serverUser() === undefined ? 'there is no user postgres' : undefined;
}

async function ask(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/**
 * Starts a server with its own data and socket in a temporary directory, passwords for everybody, no TCP unless a port
 * is given, and fsync on. It ends with the calling process, however that ends. Throws with the server's log if it does
 * not start.
 */
export async function startPostgres(options: { readonly port?: number } = {}): Promise<Postgres> {
  const reason = postgresUnavailable();
  const bin = serverPrograms();
  if (reason !== undefined || bin === undefined) throw new Error(reason);
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-postgres-'));
  const passwords = { admin: randomBytes(9).toString('hex'), user: randomBytes(9).toString('hex') };
  writeFileSync(join(directory, 'password'), passwords.admin);
  chmodSync(directory, 0o711);
  const user = serverUser();
  if (process.getuid?.() === 0 && user !== undefined) {
    chownSync(directory, user.uid, user.gid);
    chownSync(join(directory, 'password'), user.uid, user.gid);
  }
  const port = options.port === undefined ? [] : [String(options.port)];
  const keeper = spawn('sh', [KEEPER, bin, directory, 'postgres', ...port], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  });
  const ended = new Promise<void>((resolve, reject) => {
    keeper.on('error', reject);
    keeper.on('close', () => resolve());
  });
  const lines = createInterface(keeper.stdout);
  const urlOf = (role: string, password: string, database: string) =>
    options.port === undefined
      ? `postgres://${role}:${password}@${encodeURIComponent(directory)}/${database}`
      : `postgres://${role}:${password}@127.0.0.1:${options.port}/${database}`;
  const adminUrl = urlOf('holdfast_admin', passwords.admin, 'postgres');
  const untilReady = async () => {
    for (const limit = Date.now() + START_LIMIT_MS; ; ) {
      try {
        return await ask(adminUrl, 'SELECT 1');
      } catch (error) {
        const log = existsSync(join(directory, 'log'))
          ? readFileSync(join(directory, 'log'), 'utf8').slice(-4_000)
          : '';
        if (keeper.exitCode !== null || Date.now() > limit)
          throw new Error(`the private PostgreSQL server did not start:\n${log}`, { cause: error });
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  const stop = () => {
    keeper.stdin.end();
    return ended;
  };
  try {
    await untilReady();
    for (const role of ['holdfast_owner', 'holdfast_writer'])
      await ask(adminUrl, `CREATE ROLE ${role} LOGIN PASSWORD '${passwords.user}'`);
    await ask(adminUrl, 'CREATE DATABASE holdfast OWNER holdfast_owner');
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url: urlOf('holdfast_writer', passwords.user, 'holdfast'),
    ownerUrl: urlOf('holdfast_owner', passwords.user, 'holdfast'),
    adminUrl: urlOf('holdfast_admin', passwords.admin, 'holdfast'),
    restart: async () => {
      const restarted = new Promise<void>((resolve) => lines.once('line', () => resolve()));
      keeper.stdin.write('restart\n');
      await restarted;
      await untilReady();
    },
    cutConnections: () =>
      ask(adminUrl, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'holdfast'"),
    stop,
  };
}
