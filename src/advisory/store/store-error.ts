import { HoldfastError } from '#core/errors.ts';

/** The file is not what was written. */
export function corrupt(why: string): HoldfastError {
  return new HoldfastError('ADVISORIES_CORRUPT', `The file of advisories is damaged or was cut off: ${why}`, {
    hint: 'Fetch it again with holdfast db update or holdfast db import, or build it again with holdfast db build.',
  });
}
