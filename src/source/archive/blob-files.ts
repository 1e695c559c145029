import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { cleanPath } from '#base/tar/path.ts';
import { readTarRange } from '#base/tar/read-range.ts';
import { HoldfastError, type Problem, systemCode } from '#core/errors.ts';

/** Where a file's bytes lie: in a file of its own or inside an archive. */
export interface FileRange {
  readonly file: string;
  readonly offset: number;
  readonly sizeBytes: number;
}

/** The files of an image's layout, by their path in it. */
export interface BlobFiles {
  find(path: string): FileRange | undefined;
  readonly problems: readonly Problem[];
}

/** An archive with more files than this is no image's. */
const MAX_FILES = 100_000;

/** The files of a directory, asked for one by one. Links are not followed. */
export function directoryFiles(directory: string): BlobFiles {
  return {
    problems: [],
    find: (path) => {
      const clean = cleanPath(path);
      if (clean === undefined || clean === '') return undefined;
      const file = join(directory, clean);
      const found = lstatSync(file, { throwIfNoEntry: false });
      return found?.isFile() ? { file, offset: 0, sizeBytes: found.size } : undefined;
    },
  };
}

/**
 * The files of an uncompressed tar, indexed by seeking from header to header.
 * @throws `TAR_NOT_AN_ARCHIVE`, `ARCHIVE_TOO_MANY_FILES`
 */
export function archiveFiles(file: string): BlobFiles {
  const fd = openSync(file, 'r');
  try {
    const ranges = new Map<string, FileRange>();
    const links = new Map<string, string>();
    const problems: Problem[] = [];
    readTarRange(fd, 0, fstatSync(fd).size, {
      problem: (problem) => problems.push(problem),
      entry: ({ path, type, sizeBytes, linkTarget }, offset) => {
        if (ranges.size + links.size > MAX_FILES) {
          throw new HoldfastError('ARCHIVE_TOO_MANY_FILES', `More than ${MAX_FILES} files: this is no image archive`, {
            path: file,
            hint: 'To scan a directory tree inside a tar, unpack it and use dir:PATH.',
          });
        }
        if (type === 'file') ranges.set(path, { file, offset, sizeBytes });
        else if (linkTarget !== undefined) links.set(path, linkedPath(path, type, linkTarget));
        return undefined;
      },
    });
    return { problems, find: (path) => followLinks(path, ranges, links) };
  } finally {
    closeSync(fd);
  }
}

/** docker save once wrote a layer that it had already written as a link to it. */
export function linkedPath(path: string, type: string, target: string): string {
  if (type === 'hardlink') return target;
  const slash = path.lastIndexOf('/');
  return cleanPath(slash < 0 ? target : `${path.slice(0, slash)}/${target}`) ?? '';
}

/** Looks a path up through at most a few links. */
export function followLinks<T>(
  path: string,
  found: ReadonlyMap<string, T>,
  links: ReadonlyMap<string, string>,
): T | undefined {
  let at = cleanPath(path) ?? '';
  for (let hops = 0; hops < 8; hops += 1) {
    const direct = found.get(at);
    if (direct !== undefined) return direct;
    const next = links.get(at);
    if (next === undefined) return undefined;
    at = next;
  }
  return undefined;
}

/** A small file, whole. @throws `FILE_TOO_LARGE`, `FILE_UNREADABLE` */
export function readSmall({ file, offset, sizeBytes }: FileRange, limitBytes: number): Buffer {
  if (sizeBytes > limitBytes) {
    throw new HoldfastError('FILE_TOO_LARGE', `A description of ${sizeBytes} bytes is larger than ${limitBytes}`, {
      path: file,
    });
  }
  const fd = openChecked(file);
  try {
    const bytes = Buffer.alloc(sizeBytes);
    return bytes.subarray(0, readSync(fd, bytes, 0, sizeBytes, offset));
  } finally {
    closeSync(fd);
  }
}

function openChecked(file: string): number {
  try {
    return openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (cause) {
    throw new HoldfastError('FILE_UNREADABLE', `${file} cannot be read (${systemCode(cause) ?? 'unknown error'})`, {
      path: file,
      cause,
    });
  }
}
