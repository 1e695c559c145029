import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readOperatorFile } from '#app/policy/read-operator-file.ts';
import { readable, statPath } from '#app/stat-path.ts';
import { HoldfastError } from '#core/errors.ts';
import { seemsCases } from '#policy/load/load-cases.ts';

const MOST_BYTES = 1024 * 1024;
const MOST_FILES = 5000;
const DEEPEST = 8;

/**
 * Files of cases in a directory and below it, or the one that was named, in the order of their names.
 * @throws `POLICY_TEST_INVALID` where there are none, `FILE_UNREADABLE`, both of kind `usage`
 */
export function findCases(path: string): readonly { readonly file: string; readonly text: string }[] {
  const named = statPath(path)?.isDirectory() === true ? yamlFiles(path) : [path];
  const found = named
    .map((file) => ({ file, text: readOperatorFile(file, MOST_BYTES) }))
    .filter(({ file, text }) => file === path || seemsCases(text));
  if (found.length > 0) return found;
  throw new HoldfastError('POLICY_TEST_INVALID', `No file of cases is in ${path}`, {
    path,
    kind: 'usage',
    hint: 'A file of cases is YAML with apiVersion: holdfast/v1 and kind: PolicyTest.',
  });
}

function yamlFiles(directory: string): readonly string[] {
  const files: string[] = [];
  const visit = (at: string, depth: number) => {
    const entries = readable(at, () => readdirSync(at, { withFileTypes: true }));
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (files.length >= MOST_FILES) return;
      if (entry.isDirectory() && depth < DEEPEST && entry.name !== 'node_modules' && !entry.name.startsWith('.'))
        visit(join(at, entry.name), depth + 1);
      else if (entry.isFile() && /\.(?:ya?ml|json)$/.test(entry.name)) files.push(join(at, entry.name));
    }
  };
  visit(directory, 0);
  return files;
}
