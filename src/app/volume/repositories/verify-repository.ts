import { readFileSync } from 'node:fs';
import type { OpenRecord } from '#app/home/open-record.ts';
import type { OpenRepository } from '#app/volume/repositories/open-repository.ts';
import { knownSnapshots, knownStacks } from '#app/volume/snapshot/known-snapshots.ts';
import { HoldfastError } from '#core/errors.ts';
import { directoryFiles } from '#volume/engines/restic/reader/directory-files.ts';
import { packThreads } from '#volume/engines/restic/reader/verify/pack-threads.ts';
import {
  type ResticVerification,
  type VerifyProgress,
  verifyRepository,
} from '#volume/engines/restic/reader/verify/verify-repository.ts';

/**
 * Reads a whole repository without restic, recomputes every hash, and compares its snapshots with those that the record
 * knows.
 * @throws `VERIFY_LOCATION_UNSUPPORTED`, `RESTIC_*`
 */
export async function verifyIndependently(
  record: OpenRecord,
  { settings, access }: OpenRepository,
  onProgress: (progress: VerifyProgress) => void,
): Promise<ResticVerification> {
  if (!access.location.startsWith('/')) {
    throw new HoldfastError('VERIFY_LOCATION_UNSUPPORTED', `${access.location} is no directory of this machine`, {
      kind: 'usage',
      hint: 'Mount it, or use restic for it: holdfast volume repo check --all',
    });
  }
  const known = await knownSnapshots(record, settings.id);
  const expected = [...known.values()].flatMap(({ snapshot, leaving }) => (leaving ? [] : [snapshot]));
  const expectedSnapshots = [...expected, ...(await knownStacks(record, settings.id)).keys()];
  const password = readFileSync(access.passwordFile, 'utf8').replace(/\r?\n$/, '');
  return verifyRepository(directoryFiles(access.location), password, {
    ...{ expectedSnapshots, onProgress },
    threads: (key) => packThreads(access.location, key),
  });
}
