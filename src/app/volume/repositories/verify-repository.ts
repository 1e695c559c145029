import { resolve } from 'node:path';
import type { VolumeVerified } from '#api/volume-verify-report.ts';
import type { OpenRecord } from '#app/home/open-record.ts';
import { compareRecord, expectedSnapshots } from '#app/volume/repositories/compare-record.ts';
import type { OpenRepository } from '#app/volume/repositories/open-repository.ts';
import { passwordOf } from '#app/volume/repositories/own-reader.ts';
import { HoldfastError } from '#core/errors.ts';
import { repositoryFiles } from '#volume/engines/restic/reader/repository-files.ts';
import { fetchedPacks } from '#volume/engines/restic/reader/verify/fetched-packs.ts';
import { packThreads } from '#volume/engines/restic/reader/verify/pack-threads.ts';
import { type VerifyProgress, verifyRepository } from '#volume/engines/restic/reader/verify/verify-repository.ts';

export interface VerifyRequest {
  /** A copy of the repository’s files as they are, or its place mounted here; its own place without it. */
  readonly directory?: string;
  readonly onProgress: (progress: VerifyProgress) => void;
}

/**
 * Reads a whole repository without restic, recomputes every hash, and compares its snapshots with those that the record
 * knows: what was deleted, rolled back, or put there by others.
 * @throws `VERIFY_OTHER_REPOSITORY`, `RESTIC_*`, `LEDGER_*`, `DATABASE_*`
 */
export async function verifyIndependently(
  record: OpenRecord,
  { settings, access, environment }: Pick<OpenRepository, 'settings' | 'access' | 'environment'>,
  { directory: given, onProgress }: VerifyRequest,
): Promise<VolumeVerified> {
  const directory = given === undefined ? access.location : resolve(given);
  const expected = await expectedSnapshots(record, settings.id);
  const begun = performance.now();
  const files = repositoryFiles({ ...access, location: directory }, environment);
  const found = await verifyRepository(files, passwordOf(access.passwordFile), {
    expectedSnapshots: expected.filter(({ leaving }) => !leaving).map(({ snapshot }) => snapshot),
    onProgress,
    threads: (key) => (directory.startsWith('/') ? packThreads(directory, key) : fetchedPacks(files, key)),
  }).finally(() => files.close());
  const seconds = Math.round(performance.now() - begun) / 1000;
  if (found.repository !== undefined && found.repository !== settings.id) {
    throw new HoldfastError(
      'VERIFY_OTHER_REPOSITORY',
      `In ${directory} is the repository ${found.repository.slice(0, 8)}, not ${settings.id.slice(0, 8)}, which ${settings.name} was`,
      { hint: 'Somebody put another one there, or --directory names another.' },
    );
  }
  const junk = found.damage.filter(({ kind }) => kind === 'snapshot-junk').map(({ name }) => name);
  const ids = new Set([...found.snapshots.map(({ id }) => id), ...junk]);
  const { packs, blobs, trees, bytes } = found;
  return {
    ...{ repository: found.repository ?? null, version: found.version ?? null, directory },
    snapshots: found.snapshots.map(({ id, time }) => ({ snapshot: id, time })),
    ...{ packs, blobs, trees, bytes, seconds },
    damage: found.damage.map(({ kind, name, problem, affects }) => ({
      ...{ kind, name, problem: { ...problem } },
      affects: affects.map((one) => ({ ...one, paths: [...one.paths] })),
    })),
    record: compareRecord(expected, ids, found.snapshots),
  };
}
