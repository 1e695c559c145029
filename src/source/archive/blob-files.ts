import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { unreadableFile } from '#base/files/file-chunks.ts';
import { cleanPath } from '#base/tar/path.ts';
import { readTarRange } from '#base/tar/read-range.ts';
import { HoldfastError, type Problem } from '#core/errors.ts';
import { problemList } from '#core/problem-list.ts';
import { descriptionTooLarge } from '#source/archive/layout-errors.ts';
import { layoutNames } from '#source/archive/layout-names.ts';

/** Where a file's bytes lie: in a file of its own or inside an archive. */
export interface FileRange {
  readonly file: string;
  readonly offset: number;
  readonly sizeBytes: number;
}

/** The files of an image's layout, by their path in it. */
export interface BlobFiles {
  /** @throws `FILE_UNREADABLE` */
  find(path: string): FileRange | undefined;
  readonly problems: readonly Problem[];
}

const MAX_PROBLEMS = 100;
const FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** The files of a directory, asked for one by one. Links are not followed. */
export function directoryFiles(directory: string): BlobFiles {
  return {
    problems: [],
    find: (path) => {
      const clean = cleanPath(path);
      if (clean === undefined || clean === '') return undefined;
      const file = join(directory, clean);
      const found = attempt(file, () => lstatSync(file, { throwIfNoEntry: false }));
      return found?.isFile() ? { file, offset: 0, sizeBytes: found.size } : undefined;
    },
  };
}

/**
 * The files of an uncompressed tar, indexed by seeking from header to header.
 * @throws `TAR_NOT_AN_ARCHIVE`, `ARCHIVE_TOO_MANY_FILES`, `FILE_UNREADABLE`
 */
export function archiveFiles(path: string): BlobFiles {
  const file = attempt(path, () => realpathSync(path));
  const fd = attempt(path, () => openSync(file, FLAGS));
  try {
    const problems = problemList(MAX_PROBLEMS, 'the archive');
    const names = layoutNames<FileRange>(path);
    const { size } = fstatSync(fd);
    attempt(path, () =>
      readTarRange(fd, 0, size, {
        problem: problems.add,
        entry: (entry, offset) => {
          names.entry(entry);
          // A file that was cut off is none: that it was is a problem of the archive.
          const whole = entry.type === 'file' && offset + entry.sizeBytes <= size;
          if (whole) names.put(entry.path, { file, offset, sizeBytes: entry.sizeBytes });
          return undefined;
        },
      }),
    );
    return { problems: problems.all(), find: names.find };
  } finally {
    closeSync(fd);
  }
}

/** A small file, whole. @throws `FILE_TOO_LARGE`, `FILE_UNREADABLE` */
export function readSmall({ file, offset, sizeBytes }: FileRange, limitBytes: number): Buffer {
  if (sizeBytes > limitBytes) throw descriptionTooLarge(sizeBytes, limitBytes, file);
  return attempt(file, () => {
    const fd = openSync(file, FLAGS);
    try {
      const bytes = Buffer.alloc(sizeBytes);
      let have = 0;
      for (let count = -1; count !== 0 && have < sizeBytes; have += count) {
        count = readSync(fd, bytes, have, sizeBytes - have, offset + have);
      }
      return bytes.subarray(0, have);
    } finally {
      closeSync(fd);
    }
  });
}

/** The operating system's errors get a code of ours. */
function attempt<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof HoldfastError ? error : unreadableFile(error, file);
  }
}
