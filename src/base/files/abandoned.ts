import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

const ABANDONED_AFTER_MS = 24 * 3600 * 1000;

/** Removes what writers that were killed left in a directory: `PREFIX….tmp`. Anything younger than a day may belong to one that is at work. */
export function removeAbandoned(directory: string, prefix: string): void {
  for (const name of readdirSync(directory)) {
    if (!name.startsWith(prefix) || !name.endsWith('.tmp')) continue;
    const file = join(directory, name);
    const found = statSync(file, { throwIfNoEntry: false });
    if (found?.isFile() && Date.now() - found.mtimeMs > ABANDONED_AFTER_MS) rmSync(file, { force: true });
  }
}
