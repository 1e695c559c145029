import { homedir } from 'node:os';
import { join } from 'node:path';

/** Environment variables, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where a user's data lies (XDG base directory specification: a relative XDG_DATA_HOME is ignored). */
function dataDirectory(environment: Environment): string {
  const base = environment['XDG_DATA_HOME'];
  return join(base?.startsWith('/') ? base : join(environment['HOME'] ?? homedir(), '.local', 'share'), 'holdfast');
}

/** The file of advisories that is used when none is named: HOLDFAST_ADVISORIES, else `advisories.db` among the user's data. */
export function advisoriesHome(environment: Environment): string {
  return environment['HOLDFAST_ADVISORIES'] || join(dataDirectory(environment), 'advisories.db');
}

/** Where `holdfast db update` keeps what it downloaded: beside the file. */
export function downloadsHome(file: string): string {
  return `${file}.downloads`;
}
