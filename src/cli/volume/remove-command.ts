import type { VolumeRemoved } from '#api/volume-removed-report.ts';
import { requireHome } from '#app/home/home.ts';
import { reconcileVolumes } from '#app/volume/hold/reconcile-volumes.ts';
import { removeVolumeAfterSnapshot } from '#app/volume/remove/remove-volume.ts';
import { chosenRepository, openChosen } from '#app/volume/repositories/chosen-repository.ts';
import { recordClock } from '#cli/clock.ts';
import { exitCodes } from '#cli/errors.ts';
import { onRecord } from '#cli/on-record.ts';
import { writeText } from '#cli/output.ts';
import { printProblems } from '#cli/problems.ts';
import { startProgress } from '#cli/progress.ts';
import { engineOf, type VolumeFlags } from '#cli/volume/engine-of.ts';
import { followJob } from '#cli/volume/job-progress.ts';

/** `holdfast volume rm`. */
export async function volumeRemoveCommand(
  name: string,
  flags: VolumeFlags & { readonly dryRun?: true },
  environment: NodeJS.ProcessEnv,
): Promise<number> {
  const { dryRun = false } = flags;
  const repo = chosenRepository(requireHome(environment), flags.repo);
  const progress = startProgress(false);
  try {
    progress.step(`Snapshot of ${name}`);
    if (!dryRun) {
      const { problems } = await reconcileVolumes(environment);
      printProblems(problems.map(({ code, message }) => ({ code, message })));
    }
    const { mountpoint, snapshot } = await onRecord(environment, async (record, actor) => {
      const repository = openChosen(record.home, repo, environment);
      const engine = await engineOf(flags, environment);
      const deps = { record, repository, engine, environment, actor, now: recordClock };
      return removeVolumeAfterSnapshot({ ...deps, progress: followJob(progress) }, name, dryRun);
    });
    progress.done();
    printProblems(snapshot?.problems ?? []);
    const report: VolumeRemoved = { volume: name, mountpoint, snapshot: snapshot?.snapshot ?? null, dryRun };
    const text =
      snapshot === undefined
        ? `${name} would be deleted, after a snapshot into ${repo}: nobody uses it. Nothing was done.\n`
        : `Deleted the volume ${name}. All of it is in snapshot ${snapshot.snapshot.slice(0, 8)}; to have it back:\n` +
          `  holdfast volume restore ${snapshot.snapshot.slice(0, 8)} --volume ${name} --to ${name} --repo ${repo}\n`;
    await writeText(flags.format === 'json' ? `${JSON.stringify(report, null, 2)}\n` : text);
    return exitCodes.done;
  } finally {
    progress.done();
  }
}
