import type { VolumeVerified } from '#api/volume-verify-report.ts';
import { openChosen } from '#app/volume/repositories/chosen-repository.ts';
import { verifyIndependently } from '#app/volume/repositories/verify-repository.ts';
import { exitCodes } from '#cli/errors.ts';
import { onRecord } from '#cli/on-record.ts';
import { writeText } from '#cli/output.ts';
import { startProgress } from '#cli/progress.ts';
import type { VolumeFlags } from '#cli/volume/engine-of.ts';
import { printable } from '#report/columns.ts';
import { count } from '#report/next-steps.ts';

/** Options of `holdfast volume verify`. */
export interface VerifyFlags extends Omit<VolumeFlags, 'engine'> {
  readonly directory?: string;
}

/** `holdfast volume verify`. */
export async function verifyVolumeCommand(flags: VerifyFlags, environment: NodeJS.ProcessEnv): Promise<number> {
  const progress = startProgress(false);
  try {
    const found = await onRecord(environment, (record) =>
      verifyIndependently(record, openChosen(record.home, flags.repo, environment), {
        ...(flags.directory === undefined ? {} : { directory: flags.directory }),
        onProgress: (at) =>
          progress.step(
            at.phase === 'packs'
              ? `Reading ${megabytes(at.bytes)} of ${megabytes(at.bytesTotal)} MB`
              : `Following ${at.snapshots} of ${count(at.snapshotsTotal, 'snapshot')}`,
          ),
      }),
    );
    progress.done();
    await writeText(flags.format === 'json' ? `${JSON.stringify(found, null, 2)}\n` : `${linesOf(found).join('\n')}\n`);
    return found.damage.length === 0 ? exitCodes.done : exitCodes.deny;
  } finally {
    progress.done();
  }
}

/** A repository that was adopted may hold any number. */
const MOST_FOREIGN = 20;

function linesOf({ snapshots, packs, blobs, bytes, seconds, damage, record }: VolumeVerified): readonly string[] {
  const { known, missing, rolledBackTo, foreign } = record;
  const rate = seconds > 1 ? ` in ${seconds.toFixed(1)} s (${megabytes(bytes / seconds)} MB/s)` : '';
  return [
    damage.length === 0
      ? `Whole: ${count(snapshots.length, 'snapshot')}, ${count(packs, 'pack')}, ${count(blobs, 'blob')}, ${bytes} bytes${rate}.`
      : `DAMAGED: ${count(damage.length, 'damage')} found.`,
    ...damage.flatMap(({ kind, name, problem, affects }) => [
      `  ${kind} ${name}: ${printable(problem.message)}`,
      ...affects.flatMap(({ snapshot, paths }) =>
        paths.map((path) => `    takes ${printable(path)} from ${snapshot.slice(0, 8)}`),
      ),
    ]),
    ...(missing.length === 0
      ? [`As on record: ${count(known, 'snapshot')}.`]
      : missing.map(
          ({ snapshot, of, position }) =>
            `MISSING: ${snapshot.slice(0, 8)} of ${printable(of)}, event ${position} of the record.`,
        )),
    ...(rolledBackTo === null
      ? []
      : [
          rolledBackTo === ''
            ? 'ROLLED BACK: nothing is there of what the record knows.'
            : `ROLLED BACK: all that is missing is newer than all that is there: it looks as it did on ${rolledBackTo.slice(0, 19).replace('T', ' ')}, or the newest were deleted.`,
        ]),
    ...foreign
      .slice(-MOST_FOREIGN)
      .map(
        ({ snapshot, time, host }) =>
          `Not on record: ${snapshot.slice(0, 8)} of ${time.slice(0, 19).replace('T', ' ')}, made under ${printable(host)}.`,
      ),
    ...(foreign.length > MOST_FOREIGN
      ? [`Not on record: ${foreign.length - MOST_FOREIGN} more, in --format json.`]
      : []),
  ];
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}
