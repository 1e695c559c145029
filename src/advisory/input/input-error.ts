import { HoldfastError } from '#core/errors.ts';

/** Codes that say that nothing is there; a name can also be too long to be a path. */
const ABSENT: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG']);

/**
 * What the operating system's code says of an input: `ADVISORY_INPUT_MISSING` is a mistake of the call,
 * `ADVISORY_INPUT_UNREADABLE` is there and is refused.
 */
export function inputRefused(path: string, code: string): HoldfastError {
  if (ABSENT.has(code)) {
    return new HoldfastError('ADVISORY_INPUT_MISSING', `${path} cannot be read: ${code}`, {
      path,
      kind: 'usage',
      hint: 'Check the path: name a file of advisories, or a directory of such files.',
    });
  }
  return new HoldfastError('ADVISORY_INPUT_UNREADABLE', `${path} cannot be read: ${code}`, {
    path,
    hint: 'Run this as a user who may read it, or check the path.',
  });
}
