import { checkDumps, type Looked } from '#app/volume/drill/check-dumps.ts';
import type { DumpSource } from '#app/volume/drill/fetch-dumps.ts';
import type { DrillSnapshot } from '#app/volume/drill/find-snapshot.ts';
import { type LoadDeps, type LoadResult, loadGroup, notLoaded } from '#app/volume/drill/load-group.ts';
import type { PlannedLoad } from '#app/volume/drill/plan-loads.ts';
import type { Problem } from '#core/errors.ts';
import { type DrillRecord, loadNames } from '#volume/drill/journal.ts';
import { removeLoad } from '#volume/drill/sweep.ts';

/** What a drill found out about the dumps of a snapshot. */
export interface DumpsTried {
  readonly loads: readonly LoadResult[];
  /** How many were looked at, those that were loaded among them. */
  readonly dumps: number;
  readonly left: readonly Problem[];
}

/**
 * Loads the dumps of a snapshot, those of each container into a fresh server of the image that wrote them, one after the
 * other, and asks what it holds. Of those that cannot be loaded, the beginning and end are looked at, and it is said why.
 * What is made for one goes before the next begins, unless it is kept.
 * @throws `DRILL_NOT_STARTED`, `DRILL_NOT_REMOVED`, `VOLUME_*`, `ENGINE_*`, and what ends the signal
 */
export async function loadDumps(
  deps: LoadDeps,
  source: DumpSource,
  planned: readonly PlannedLoad[],
  drill: DrillRecord,
  { volume, movement }: Pick<DrillSnapshot, 'volume' | 'movement'>,
  keep: boolean,
): Promise<DumpsTried> {
  const names = loadNames(drill);
  const loads: LoadResult[] = [];
  const left: Problem[] = [];
  let dumps = 0;
  for (const [index, load] of planned.entries()) {
    const { group } = load;
    deps.signal.throwIfAborted();
    const own = names[index];
    if (load.kind === 'left' || own === undefined) {
      const looked = await checkDumps(source, group.names);
      dumps += looked.count;
      left.push(...looked.left);
      loads.push(leftOut(load, looked));
      continue;
    }
    const { subject, plan } = load;
    const made = { ...own, drill: drill.id, volume };
    const result = await loadGroup(deps, source, { group, subject, plan, movement: movement(subject.container) }, made);
    dumps += group.names.length;
    loads.push(result);
    if (!keep) await removeLoad(deps.engine, drill, own);
  }
  return { loads, dumps, left };
}

function leftOut({ group, ...load }: PlannedLoad, { bad }: Looked): LoadResult {
  const why = load.kind === 'left' ? load.why : { code: 'DRILL_LOAD_MANY', message: 'there are too many' };
  const result = notLoaded(group, why);
  return bad.length === 0 ? result : { ...result, outcome: 'failed', reasons: [...bad, ...result.reasons] };
}
