import { HoldfastError, systemCode } from '#core/errors.ts';

function hintOf(code: string): string {
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'Make room on the disk.';
  if (code === 'EISDIR') return 'Name a file, not a directory.';
  return 'Check that its directory is there, and may be written.';
}

/** `FILE_NOT_WRITTEN` for an error of the system's while `path` was written; anything else stays what it is. */
export function writeError(path: string, error: unknown): unknown {
  const code = systemCode(error);
  if (code === undefined || error instanceof HoldfastError) return error;
  return new HoldfastError('FILE_NOT_WRITTEN', `${path} cannot be written: ${code}`, {
    path,
    cause: error,
    hint: hintOf(code),
  });
}

/** Runs what writes to `path`. @throws `FILE_NOT_WRITTEN` instead of the system's error */
export function writing<T>(path: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    throw writeError(path, error);
  }
}
