import { actorOf } from '#app/home/actor.ts';
import { openRepository } from '#app/volume/repositories/open-repository.ts';
import { restoreVolume } from '#app/volume/restore/restore-volume.ts';
import { exitCodes } from '#cli/errors.ts';
import { writeText } from '#cli/output.ts';
import { printProblems } from '#cli/problems.ts';
import { startProgress } from '#cli/progress.ts';
import { engineOf, onRecord, type VolumeFlags } from '#cli/volume/on-record.ts';

/** `holdfast volume restore`. */
export async function restoreCommand(
  snapshot: string,
  flags: VolumeFlags & { readonly volume: string; readonly to: string },
  environment: NodeJS.ProcessEnv,
): Promise<number> {
  const progress = startProgress(false);
  try {
    progress.step(`Restoring ${flags.volume}`);
    const restored = await onRecord(environment, async (record) => {
      const repository = openRepository(record.home, flags.repo, environment);
      const engine = await engineOf(flags, environment);
      const deps = { record, repository, engine, actor: actorOf(environment) };
      return restoreVolume(deps, { snapshot, volume: flags.volume, to: flags.to });
    });
    progress.done();
    printProblems(restored.problems);
    await writeText(
      flags.format === 'json'
        ? `${JSON.stringify(restored, null, 2)}\n`
        : `Restored ${restored.snapshot.slice(0, 8)} of ${restored.volume} into the volume ${restored.to}, read again and compared.\n`,
    );
    return exitCodes.done;
  } finally {
    progress.done();
  }
}
