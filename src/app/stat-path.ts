import { type Stats, statSync } from 'node:fs';
import { HoldfastError, systemCode } from '#core/errors.ts';

/** Codes that say that nothing is there; a name can also be too long to be a path. */
const ABSENT: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG']);

/** What lies at a path, through links; undefined where nothing does. @throws `FILE_UNREADABLE` */
export function statPath(path: string): Stats | undefined {
  return readable(path, () => {
    try {
      return statSync(path);
    } catch (error) {
      if (ABSENT.has(systemCode(error))) return undefined;
      throw error;
    }
  });
}

/** What `read` gives. @throws `FILE_UNREADABLE` for what the operating system refuses */
export function readable<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    const code = systemCode(cause);
    if (code === undefined) throw cause;
    throw new HoldfastError('FILE_UNREADABLE', `${path} cannot be read (${code})`, {
      path,
      hint: 'Run this as a user who may read it, or check the path.',
      cause,
    });
  }
}
