import { openRepository } from '#app/volume/repositories/open-repository.ts';
import { verifyIndependently } from '#app/volume/repositories/verify-repository.ts';
import { exitCodes } from '#cli/errors.ts';
import { writeText } from '#cli/output.ts';
import { startProgress } from '#cli/progress.ts';
import { onRecord, type VolumeFlags } from '#cli/volume/on-record.ts';
import { count } from '#report/next-steps.ts';

/** `holdfast volume verify`. */
export async function verifyVolumeCommand(
  flags: Omit<VolumeFlags, 'engine'>,
  environment: NodeJS.ProcessEnv,
): Promise<number> {
  const progress = startProgress(false);
  try {
    const found = await onRecord(environment, (record) =>
      verifyIndependently(record, openRepository(record.home, flags.repo, environment), ({ phase }) =>
        progress.step(`Reading ${phase}`),
      ),
    );
    progress.done();
    const { snapshots, packs, blobs, bytes, damage } = found;
    const lines = [
      damage.length === 0
        ? `Whole: ${count(snapshots.length, 'snapshot')}, ${count(packs, 'pack')}, ${count(blobs, 'blob')}, ${bytes} bytes.`
        : `DAMAGED: ${count(damage.length, 'damage')} found.`,
      ...damage.flatMap(({ kind, name, problem, affects }) => [
        `  ${kind} ${name}: ${problem.message}`,
        ...affects.flatMap(({ snapshot, paths }) =>
          paths.map((path) => `    takes ${path} from ${snapshot.slice(0, 8)}`),
        ),
      ]),
    ];
    await writeText(flags.format === 'json' ? `${JSON.stringify(found, null, 2)}\n` : `${lines.join('\n')}\n`);
    return damage.length === 0 ? exitCodes.done : exitCodes.deny;
  } finally {
    progress.done();
  }
}
