import type { DrillSnapshot } from '#app/volume/drill/find-snapshot.ts';
import { type Candidate, type DrillSubject, findDumped, type KnownWriters } from '#app/volume/drill/find-writer.ts';
import type { EngineControl } from '#base/engine/engine.ts';
import type { Problem } from '#core/errors.ts';
import type { Discovery } from '#volume/discover/discovery.ts';
import { MOST_LOADS } from '#volume/drill/journal.ts';
import { type DumpGroup, dumpGroups, type LoadPlan, loadPlan } from '#volume/drill/load-plan.ts';

/** The dumps of one container, and the server that they are loaded into, or why they are not. */
export type PlannedLoad =
  | { readonly kind: 'load'; readonly group: DumpGroup; readonly subject: DrillSubject; readonly plan: LoadPlan }
  | { readonly kind: 'left'; readonly group: DumpGroup; readonly why: Problem };

/** Says for the dumps of each container in a snapshot how they are loaded. @throws `ENGINE_*` */
export async function planLoads(
  engine: EngineControl,
  discovery: Discovery,
  known: KnownWriters,
  candidates: readonly Candidate[],
  { staging, dumps }: Pick<DrillSnapshot, 'staging' | 'dumps'>,
): Promise<readonly PlannedLoad[]> {
  // The manifest names dumps, and there is no place for them: nothing of them was kept.
  if (staging === undefined) return [];
  const loads: PlannedLoad[] = [];
  for (const group of dumpGroups(dumps)) {
    const left = (why: Problem) => loads.push({ kind: 'left', group, why });
    if (loads.length >= MOST_LOADS) {
      left({ code: 'DRILL_LOAD_MANY', message: `it has dumps of more than ${MOST_LOADS} containers` });
      continue;
    }
    const subject = await findDumped(engine, discovery, known, candidates, group.container);
    if ('why' in subject) {
      left(subject.why);
      continue;
    }
    const plan = loadPlan(group, subject.load?.command);
    if ('why' in plan) left(plan.why);
    else loads.push({ kind: 'load', group, subject, plan });
  }
  return loads;
}
