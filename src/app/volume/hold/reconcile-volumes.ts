import type { VolumeReconcileReport } from '#api/volume-reconcile-report.ts';
import { reconcileDeps } from '#app/volume/hold/holds.ts';
import { reconcileCommands } from '#app/volume/snapshot/around/reconcile-commands.ts';
import { reconcileHolds } from '#volume/hold/reconcile.ts';

/**
 * Releases what dead runs held, and then runs the commands that they owe to containers. What could not be done is among
 * the problems; what could not be released stays in the journal.
 */
export async function reconcileVolumes(environment: NodeJS.ProcessEnv): Promise<VolumeReconcileReport> {
  const { containers, living, problems } = await reconcileHolds(reconcileDeps(environment));
  const owed = await reconcileCommands(environment);
  return {
    containers: [...containers],
    living: [...living],
    commands: [...owed.commands],
    problems: [...problems, ...owed.problems],
  };
}
