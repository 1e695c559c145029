import { type Drilled, type DrillRequest, drillVolume } from '#app/volume/drill/drill-volume.ts';
import type { DrillDeps } from '#app/volume/drill/try-files.ts';
import { type Problem, problemOf } from '#core/errors.ts';
import { OWN_TAG, volumeTag } from '#volume/snapshot/tags.ts';

/**
 * Tries the newest snapshot of every volume that a repository has one of, one after the other. A drill that cannot run is a
 * problem, and the others go on.
 * @throws `RESTIC_*`, and what ends `deps.signal`
 */
export async function drillAll(
  deps: DrillDeps,
  request: Omit<DrillRequest, 'volume' | 'snapshot'>,
  onVolume: (volume: string) => void,
): Promise<{ readonly drills: readonly Drilled[]; readonly problems: readonly Problem[] }> {
  const rows = await deps.repository.engine.snapshots({ tags: [OWN_TAG] });
  const prefix = volumeTag('');
  const names = rows.flatMap(({ tags }) => tags.filter((tag) => tag.startsWith(prefix)));
  const volumes = [...new Set(names.map((tag) => tag.slice(prefix.length)))].sort();
  const drills: Drilled[] = [];
  const problems: Problem[] = [];
  for (const volume of volumes) {
    onVolume(volume);
    try {
      drills.push(await drillVolume(deps, { ...request, volume, snapshot: 'latest' }));
    } catch (error) {
      deps.signal.throwIfAborted();
      const problem = problemOf(error);
      problems.push({ ...problem, message: `No drill of ${volume}: ${problem.message}` });
    }
  }
  return { drills, problems };
}
