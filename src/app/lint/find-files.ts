import { type Dirent, readdirSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import { HoldfastError, type Problem, systemCode } from '#core/errors.ts';

/** A file to open. */
export interface FoundFile {
  readonly path: string;
  /** Whether somebody asked for this very file; else it was found below a directory. */
  readonly named: boolean;
}

export interface FoundFiles {
  readonly files: readonly FoundFile[];
  readonly problems: readonly Problem[];
}

/** Directories that hold other people's files, or none to judge. */
const LEFT_OUT: ReadonlySet<string> = new Set(['.git', '.hg', '.svn', 'node_modules']);
const MOST_ENTRIES = 1_000_000;
const MOST_FILES = 100_000;
const MOST_DEPTH = 64;

/**
 * The files that paths mean: files as they are, directories with all below them whose name passes. Links are followed
 * where they were named, and nowhere below.
 * @throws `LINT_NO_FILE` (usage) for a path that is not there, is neither file nor directory, or cannot be looked at
 */
export function findFiles(paths: readonly string[], mayBe: (name: string) => boolean): FoundFiles {
  const files = new Map<string, FoundFile>();
  const problems: Problem[] = [];
  const limits = { entries: 0 };
  for (const path of paths) {
    const kind = path === '-' ? 'file' : kindOf(path);
    if (kind === 'file') files.set(path, { path, named: true });
    else walk(path, mayBe, limits, problems, files);
  }
  return { files: [...files.values()], problems };
}

function kindOf(path: string): 'file' | 'directory' {
  let stats: Stats;
  try {
    stats = statSync(path);
  } catch (cause) {
    throw new HoldfastError('LINT_NO_FILE', `${path} cannot be looked at (${systemCode(cause) ?? 'unknown error'})`, {
      path,
      kind: 'usage',
      cause,
      hint: 'Name files, directories, or - for standard input.',
    });
  }
  if (stats.isDirectory()) return 'directory';
  // Pipes and the like are read as they come: `holdfast lint <(helm template .)`.
  if (stats.isFile() || stats.isFIFO() || stats.isCharacterDevice()) return 'file';
  throw new HoldfastError('LINT_NO_FILE', `${path} is neither a file nor a directory`, { path, kind: 'usage' });
}

function walk(
  top: string,
  mayBe: (name: string) => boolean,
  limits: { entries: number },
  problems: Problem[],
  files: Map<string, FoundFile>,
): void {
  const open: { readonly path: string; readonly depth: number }[] = [{ path: top, depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { path, depth } = next;
    const inside: { readonly path: string; readonly depth: number }[] = [];
    for (const entry of entriesOf(path, problems)) {
      limits.entries += 1;
      if (limits.entries > MOST_ENTRIES || files.size >= MOST_FILES) {
        const message = `Only ${MOST_ENTRIES} entries and ${MOST_FILES} files are looked at: ${top} has more`;
        problems.push({ code: 'LINT_TOO_MANY_FILES', message, path: top, hint: 'Name its parts one by one.' });
        return;
      }
      const below = join(path, entry.name);
      if (entry.isDirectory()) {
        if (LEFT_OUT.has(entry.name)) continue;
        if (depth < MOST_DEPTH) inside.push({ path: below, depth: depth + 1 });
        else problems.push({ code: 'LINT_TOO_DEEP', message: `${below} is more than ${MOST_DEPTH} levels deep` });
      } else if (entry.isFile() && mayBe(entry.name) && !files.has(below)) {
        files.set(below, { path: below, named: false });
      }
    }
    open.push(...inside.reverse());
  }
}

/** By name, so that the order is the same everywhere. */
function entriesOf(path: string, problems: Problem[]): readonly Dirent[] {
  try {
    const entries = readdirSync(path, { withFileTypes: true });
    return entries.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  } catch (cause) {
    const code = systemCode(cause) ?? 'unknown error';
    problems.push({ code: 'LINT_UNREADABLE', message: `${path} cannot be listed (${code})`, path });
    return [];
  }
}
