import { type Dirent, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { HoldfastError, systemCode } from '#core/errors.ts';

const DATA = /\.(?:json|jsonl|ndjson|csv|zip)(?:\.(?:gz|zst))?$/i;
const DEEPEST = 64;

function isDataFile(path: string, name: string): boolean {
  return DATA.test(name) && statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function entriesOf(directory: string): Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch (error) {
    throw new HoldfastError('ADVISORY_INPUT_MISSING', `${directory} cannot be read: ${systemCode(error)}`, {
      path: directory,
      kind: 'usage',
    });
  }
}

/**
 * The files of a directory that by their names may hold advisories, in the order of their names; hidden ones are left
 * out, linked directories are not entered.
 * @throws `ADVISORY_INPUT_MISSING` for a directory that cannot be read
 */
export function* dataFiles(directory: string, depth = 0): Generator<string> {
  const entries = entriesOf(directory);
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    if (entry.name.startsWith('.')) continue;
    const path = join(directory, entry.name);
    if (entry.isDirectory()) {
      if (depth < DEEPEST) yield* dataFiles(path, depth + 1);
    } else if (isDataFile(path, entry.name)) yield path;
  }
}
