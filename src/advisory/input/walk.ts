import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { inputRefused } from '#advisory/input/input-error.ts';
import { systemCode } from '#core/errors.ts';

const DATA = /\.(?:json|jsonl|ndjson|csv|zip)(?:\.(?:gz|zst))?$/i;
const DEEPEST = 64;

/** What `read` gives. @throws as {@link inputRefused} */
function reading<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const code = systemCode(error);
    throw code === undefined ? error : inputRefused(path, code);
  }
}

function isDataFile(path: string, name: string): boolean {
  return DATA.test(name) && reading(path, () => statSync(path, { throwIfNoEntry: false }))?.isFile() === true;
}

/**
 * The files of a directory that by their names may hold advisories, in the order of their names; hidden ones are left
 * out, linked directories are not entered.
 * @throws `ADVISORY_INPUT_MISSING`, `ADVISORY_INPUT_UNREADABLE` for a directory that cannot be read
 */
export function* dataFiles(directory: string, depth = 0): Generator<string> {
  const entries = reading(directory, () => readdirSync(directory, { withFileTypes: true }));
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    if (entry.name.startsWith('.')) continue;
    const path = join(directory, entry.name);
    if (entry.isDirectory()) {
      if (depth < DEEPEST) yield* dataFiles(path, depth + 1);
    } else if (isDataFile(path, entry.name)) yield path;
  }
}
