import type { VolumeReconcileReport } from '#api/volume-reconcile-report.ts';
import { homeDirectory } from '#app/home/home-directory.ts';
import { sweepDeps } from '#app/volume/drill/drills.ts';
import { reconcileDeps } from '#app/volume/hold/holds.ts';
import { mendSwaps } from '#app/volume/restore/pending.ts';
import { reconcileCommands } from '#app/volume/snapshot/around/reconcile-commands.ts';
import { type Problem, problemOf } from '#core/errors.ts';
import { sweepDrills } from '#volume/drill/sweep.ts';
import { reconcileHolds } from '#volume/hold/reconcile.ts';

/**
 * Puts back what dead runs had moved aside, releases what they held, then runs the commands that they owe to containers,
 * then removes what dead drills made. What could not be done is among the problems; what could not be released or removed
 * stays in its journal.
 */
export async function reconcileVolumes(environment: NodeJS.ProcessEnv): Promise<VolumeReconcileReport> {
  const mending = mendProblems(environment);
  const { containers, living, problems } = await reconcileHolds(reconcileDeps(environment));
  const owed = await reconcileCommands(environment);
  const swept = await sweepDrills(sweepDeps(environment));
  return {
    containers: [...containers],
    living: [...living],
    commands: [...owed.commands],
    removed: [...swept.removed],
    problems: [...mending, ...problems, ...owed.problems, ...swept.problems],
  };
}

function mendProblems(environment: NodeJS.ProcessEnv): readonly Problem[] {
  try {
    mendSwaps({ directory: homeDirectory(environment) });
    return [];
  } catch (error) {
    const { code, message } = problemOf(error);
    return [{ code, message: `What a restore that died had moved aside could not be put back: ${message}` }];
  }
}
