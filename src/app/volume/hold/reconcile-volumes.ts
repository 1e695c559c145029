import type { VolumeReconcileReport } from '#api/volume-reconcile-report.ts';
import { homeDirectory } from '#app/home/home-directory.ts';
import { sweepDeps } from '#app/volume/drill/drills.ts';
import { reconcileDeps } from '#app/volume/hold/holds.ts';
import { type LeftRestore, mendSwaps } from '#app/volume/restore/pending.ts';
import { reconcileCommands } from '#app/volume/snapshot/around/reconcile-commands.ts';
import { type Problem, problemOf } from '#core/errors.ts';
import { sweepDrills } from '#volume/drill/sweep.ts';
import { reconcileHolds } from '#volume/hold/reconcile.ts';

/**
 * Puts back what dead runs had moved aside, releases what they held, then runs the commands that they owe to containers,
 * then removes what dead drills made. What could not be done is among the problems; what could not be released or removed
 * stays in its journal.
 * @throws `HOME_NOT_PRIVATE`
 */
export async function reconcileVolumes(environment: NodeJS.ProcessEnv): Promise<VolumeReconcileReport> {
  // First of all: a home that somebody else has written to is not gone by.
  const deps = reconcileDeps(environment);
  const mended = mend(environment);
  const { containers, living, problems } = await reconcileHolds(deps);
  const owed = await reconcileCommands(environment);
  const swept = await sweepDrills(sweepDeps(environment));
  const cleared = await clearBegun(mended.left);
  return {
    containers: [...containers],
    living: [...living],
    commands: [...owed.commands],
    removed: [...swept.removed],
    problems: [...mended.problems, ...problems, ...owed.problems, ...swept.problems, ...cleared],
  };
}

function mend(environment: NodeJS.ProcessEnv): {
  readonly left: readonly LeftRestore[];
  readonly problems: readonly Problem[];
} {
  try {
    return { left: mendSwaps({ directory: homeDirectory(environment) }), problems: [] };
  } catch (error) {
    return { left: [], problems: [notMended(error)] };
  }
}

/** What had only begun is removed; a swap that was done stays noted until the ledger has been told. */
async function clearBegun(left: readonly LeftRestore[]): Promise<readonly Problem[]> {
  try {
    for (const { pending, clear } of left) if (pending.swap === undefined) await clear();
    return [];
  } catch (error) {
    return [notMended(error)];
  }
}

function notMended(error: unknown): Problem {
  const { code, message } = problemOf(error);
  return { code, message: `What a restore that died had made or moved aside could not be put right: ${message}` };
}
