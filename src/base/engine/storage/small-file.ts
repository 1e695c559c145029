import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from 'node:fs';
import { HoldfastError } from '#core/errors.ts';

/**
 * The engine's directories cannot be read by this process, or hold what is not understood. Nothing is wrong with the
 * image: the engine's own export has it too, so the caller goes on with that.
 */
export function storageUnreadable(path: string, why: string, cause?: unknown): HoldfastError {
  return new HoldfastError('ENGINE_STORAGE_UNREADABLE', `The engine's storage cannot be read in place: ${why}`, {
    path,
    cause,
    hint: 'Read the image through the engine instead.',
  });
}

/** Whether an error says that an engine must be asked instead of its directories read. */
export function isStorageUnreadable(error: unknown): boolean {
  return error instanceof HoldfastError && error.code === 'ENGINE_STORAGE_UNREADABLE';
}

/** A regular file of at most `limitBytes`, whole; no link is followed. @throws `ENGINE_STORAGE_UNREADABLE` */
export function readSmallFile(path: string, limitBytes: number): Buffer {
  try {
    const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const status = fstatSync(fd);
      if (!status.isFile() || status.size > limitBytes) throw storageUnreadable(path, `${path} is no small file`);
      const bytes = Buffer.alloc(status.size);
      return bytes.subarray(0, readSync(fd, bytes, 0, bytes.length, 0));
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    if (isStorageUnreadable(error)) throw error;
    throw storageUnreadable(path, error instanceof Error ? error.message : String(error), error);
  }
}

/** Passes for a directory that is no link. @throws `ENGINE_STORAGE_UNREADABLE` */
export function requireDirectory(path: string): string {
  return requireKind(path, 'directory');
}

function requireKind(path: string, kind: 'file' | 'directory'): string {
  try {
    const status = lstatSync(path);
    if (kind === 'file' ? status.isFile() : status.isDirectory()) return path;
  } catch (error) {
    throw storageUnreadable(path, error instanceof Error ? error.message : String(error), error);
  }
  throw storageUnreadable(path, `${path} is no ${kind === 'file' ? 'regular file' : 'directory'}`);
}

/** Passes for a regular file that is no link. @throws `ENGINE_STORAGE_UNREADABLE` */
export function requireRegularFile(path: string): string {
  return requireKind(path, 'file');
}
