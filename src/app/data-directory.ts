import { homedir } from 'node:os';
import { join } from 'node:path';

/** Environment variables, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where a user's data lies (XDG base directory specification: a relative XDG_DATA_HOME is ignored). */
export function dataDirectory(environment: Environment): string {
  const base = environment['XDG_DATA_HOME'];
  return join(base?.startsWith('/') ? base : join(environment['HOME'] ?? homedir(), '.local', 'share'), 'holdfast');
}
