import type { VolumeReconcileReport } from '#api/volume-reconcile-report.ts';
import { reconcileDeps } from '#app/volume/hold/holds.ts';
import { reconcileHolds } from '#volume/hold/reconcile.ts';

/** Releases what dead runs held. What could not be done is among the problems, and stays in the journal. */
export async function reconcileVolumes(environment: NodeJS.ProcessEnv): Promise<VolumeReconcileReport> {
  const { containers, living, problems } = await reconcileHolds(reconcileDeps(environment));
  return { containers: [...containers], living: [...living], problems: [...problems] };
}
