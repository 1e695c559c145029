import { closeSync, constants, type Dirent, fstatSync, lstatSync, opendirSync, openSync, readSync } from 'node:fs';
import type { TreeSurvey } from '#volume/discover/discovery.ts';
import { surveyNotes } from '#volume/discover/survey-notes.ts';
import { isSqliteName, SQLITE_HEADER } from '#workload/known-data/signatures.ts';

/** How much of a tree is looked at. */
export interface SurveyLimits {
  readonly entries: number;
  readonly depth: number;
}

const HEADERS_LIMIT = 5_000;
const DIRECTORY_FLAGS = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/**
 * Looks at a directory of this machine: names, sizes, and the first 16 bytes of what may be an SQLite file. Every step
 * goes through the descriptor of the directory above and follows no link, so that a container that exchanges a directory
 * for a link meanwhile leads nowhere else. Nothing is written, access times neither where the system allows that.
 * Undefined when the directory itself cannot be opened.
 * @param hidden absolute paths from the root of the tree that are left out, as something is mounted there
 */
export function surveyTree(root: string, limits: SurveyLimits, hidden: readonly string[] = []): TreeSurvey | undefined {
  const top = openDirectory(Buffer.from(root));
  return top === undefined ? undefined : surveyOf(top, limits, hidden);
}

/**
 * The same for a directory that is named from inside a running container: found step by step from its root, through
 * no link.
 */
export function surveyInside(pid: number, path: string, limits: SurveyLimits): TreeSurvey | undefined {
  // The dot follows the kernel's own link to the container's root, and nothing after it.
  let fd = openDirectory(Buffer.from(`/proc/${pid}/root/.`));
  for (const name of path.split('/').filter((part) => part !== '')) {
    if (fd === undefined) return undefined;
    const next = openDirectory(Buffer.from(`/proc/self/fd/${fd}/${name}`));
    closeSync(fd);
    fd = next;
  }
  return fd === undefined ? undefined : surveyOf(fd, limits, []);
}

/** Looks at an open directory, and closes it. */
function surveyOf(top: number, limits: SurveyLimits, hidden: readonly string[]): TreeSurvey {
  const notes = surveyNotes();
  let entries = 0;
  let headers = 0;

  const walk = (fd: number, path: string, depth: number): void => {
    const self = `/proc/self/fd/${fd}`;
    for (const entry of entriesOf(self, notes.incomplete)) {
      entries += 1;
      if (entries > limits.entries) {
        notes.incomplete();
        return;
      }
      // Names are bytes: latin1 keeps them as they are.
      const at = Buffer.from(`${self}/${entry.name}`, 'latin1');
      const name = Buffer.from(entry.name, 'latin1').toString('utf8');
      const shown = `${path}/${name}`;
      if (hidden.includes(shown)) continue;
      if (entry.isDirectory()) {
        notes.named(name, shown, undefined);
        const inner = depth >= limits.depth ? undefined : openDirectory(at);
        if (inner === undefined) {
          notes.incomplete();
          continue;
        }
        try {
          walk(inner, shown, depth + 1);
        } finally {
          closeSync(inner);
        }
      } else if (entry.isFile()) {
        const sizeBytes = sizeOf(at);
        if (sizeBytes === undefined) {
          notes.incomplete();
          continue;
        }
        notes.file(path, sizeBytes);
        notes.named(name, shown, sizeBytes);
        if (sizeBytes >= SQLITE_HEADER.length && (isSqliteName(name) || (sizeBytes >= 1024 && sizeBytes % 512 === 0))) {
          headers += 1;
          if (headers > HEADERS_LIMIT) notes.incomplete();
          else if (beginsAs(at, SQLITE_HEADER)) notes.sqlite(shown, sizeBytes);
        }
      }
    }
  };

  try {
    walk(top, '', 0);
  } finally {
    closeSync(top);
  }
  return notes.survey();
}

function openDirectory(path: Buffer): number | undefined {
  // Only the owner and root may leave access times alone.
  for (const flags of [DIRECTORY_FLAGS | constants.O_NOATIME, DIRECTORY_FLAGS]) {
    try {
      return openSync(path, flags);
    } catch {
      // Said by the caller: the survey is incomplete.
    }
  }
  return undefined;
}

function* entriesOf(path: string, failed: () => void): Generator<Dirent> {
  try {
    const directory = opendirSync(path, { encoding: 'latin1' });
    try {
      for (let entry = directory.readSync(); entry !== null; entry = directory.readSync()) yield entry;
    } finally {
      directory.closeSync();
    }
  } catch {
    failed();
  }
}

/** What a file takes: of one with holes only what is there. */
function sizeOf(path: Buffer): number | undefined {
  try {
    const { size, blocks } = lstatSync(path);
    return blocks === 0 ? size : Math.min(size, blocks * 512);
  } catch {
    return undefined;
  }
}

/** Linux, open(2): a handle of the file that does not open it; opening a device can have effects. */
const O_PATH = 0o10000000;

/** A file that a container has exchanged for a device or a pipe meanwhile is not opened. */
function openPlain(path: Buffer): number {
  const handle = openSync(path, O_PATH | constants.O_NOFOLLOW);
  try {
    if (!fstatSync(handle).isFile()) throw new Error('it is no plain file any more');
    return openSync(`/proc/self/fd/${handle}`, constants.O_RDONLY | constants.O_NONBLOCK);
  } finally {
    closeSync(handle);
  }
}

function beginsAs(path: Buffer, expected: Buffer): boolean {
  try {
    const fd = openPlain(path);
    try {
      const bytes = Buffer.alloc(expected.length);
      return readSync(fd, bytes, 0, bytes.length, 0) === bytes.length && bytes.equals(expected);
    } finally {
      closeSync(fd);
    }
  } catch {
    return false;
  }
}
