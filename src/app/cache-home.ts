import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where what can be had again is kept (XDG base directory specification: a relative XDG_CACHE_HOME is ignored). */
export function cacheHome(environment: Readonly<Record<string, string | undefined>>): string {
  const base = environment['XDG_CACHE_HOME'];
  return join(base?.startsWith('/') ? base : join(environment['HOME'] ?? homedir(), '.cache'), 'holdfast');
}
