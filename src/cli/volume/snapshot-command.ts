import type { SnapshotTaken } from '#api/volume-snapshot-report.ts';
import { actorOf } from '#app/home/actor.ts';
import { reconcileVolumes } from '#app/volume/hold/reconcile-volumes.ts';
import { openRepository } from '#app/volume/repositories/open-repository.ts';
import { takeSnapshot } from '#app/volume/snapshot/take-snapshot.ts';
import { recordClock } from '#cli/clock.ts';
import { exitCodes } from '#cli/errors.ts';
import { writeText } from '#cli/output.ts';
import { printProblems } from '#cli/problems.ts';
import { startProgress } from '#cli/progress.ts';
import { engineOf, onRecord, type VolumeFlags } from '#cli/volume/on-record.ts';
import { count } from '#report/next-steps.ts';

/** `holdfast volume snapshot`. */
export async function snapshotCommand(
  volume: string,
  flags: VolumeFlags,
  environment: NodeJS.ProcessEnv,
): Promise<number> {
  const progress = startProgress(false);
  try {
    progress.step(`Snapshot of ${volume}`);
    // What a run that died held is released before anything else.
    const { problems } = await reconcileVolumes(environment);
    printProblems(problems.map(({ code, message }) => ({ code, message })));
    const taken = await onRecord(environment, async (record) => {
      const repository = openRepository(record.home, flags.repo, environment);
      const engine = await engineOf(flags, environment);
      const actor = actorOf(environment);
      return takeSnapshot({ record, repository, engine, environment, actor, now: recordClock }, volume);
    });
    progress.done();
    printProblems(taken.problems);
    const { snapshot, method, holdMs, bytes, bytesAdded, files, dumps, complete, writers, writersComplete } = taken;
    const report: SnapshotTaken = {
      ...{ snapshot, volume, method, holdMs, bytes, bytesAdded, files, complete, writersComplete },
      dumps: [...dumps],
      writers: writers.map((writer) => ({ ...writer, digests: [...writer.digests] })),
      problems: taken.problems.map((problem) => ({ ...problem })),
    };
    await writeText(
      flags.format === 'json'
        ? `${JSON.stringify(report, null, 2)}\n`
        : `${snapshot.slice(0, 8)}  ${volume}: ${count(files, 'file')}, ${bytes} bytes (${bytesAdded} new), ${method}, ` +
            `held for ${holdMs} ms\nWritten by ${writers.map(({ name, image }) => `${name} (${image})`).join(', ') || 'nobody that is known'}.\n`,
    );
    return complete ? exitCodes.done : exitCodes.failed;
  } finally {
    progress.done();
  }
}
