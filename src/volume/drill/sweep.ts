import { object } from '#base/engine/answers.ts';
import { removeContainer, removeVolume } from '#base/engine/control.ts';
import type { EngineControl } from '#base/engine/engine.ts';
import { HoldfastError, type Problem, problemOf } from '#core/errors.ts';
import { isObject } from '#core/oci/json.ts';
import {
  DRILL_LABEL,
  type DrillRecord,
  drillName,
  forgetDrill,
  type LoadNames,
  loadNames,
  readDrills,
} from '#volume/drill/journal.ts';
import { type Holder, holderState } from '#volume/hold/holder.ts';

export interface SweepDeps {
  /** Where drills are written down. */
  readonly directory: string;
  readonly self: Holder;
  /** @throws `ENGINE_*` */
  readonly connect: (address: string) => Promise<EngineControl>;
  readonly now: () => Date;
}

/** What was done about drills that have no process any more. */
export interface Swept {
  /** Names of containers and volumes that were removed. */
  readonly removed: readonly string[];
  readonly problems: readonly Problem[];
}

/** One whose process cannot be seen from here is left alone this long. */
const PATIENCE_MS = 24 * 3_600_000;
const LATE_MS = 60_000;

/** Removes what drills left whose processes died. Drills that are at work, and whatever else the engine has, stay. */
export async function sweepDrills(deps: SweepDeps): Promise<Swept> {
  const removed: string[] = [];
  const { drills, foreign } = readDrills(deps.directory);
  const problems: Problem[] = foreign.map((path) => ({
    code: 'DRILL_JOURNAL_FOREIGN',
    message: 'This is not the record of a drill; it is left as it is',
    path,
  }));
  for (const drill of drills.filter((one) => isOver(one, deps))) {
    try {
      const gone = await removeDrill(await deps.connect(drill.engine), drill);
      removed.push(...gone);
      // What the engine was asked for just before the process died may still come.
      if (gone.length > 0 || isOlder(drill, deps, LATE_MS)) forgetDrill(deps.directory, drill);
    } catch (error) {
      problems.push(problemOf(error, drillName(drill.id)));
    }
  }
  return { removed, problems };
}

function isOver({ holder, at }: DrillRecord, { self, now }: SweepDeps): boolean {
  const state = holderState(holder, self);
  return state === 'elsewhere' ? isOlder({ at }, { now }, PATIENCE_MS) : state === 'dead';
}

function isOlder({ at }: Pick<DrillRecord, 'at'>, { now }: Pick<SweepDeps, 'now'>, limitMs: number): boolean {
  const begun = Date.parse(at);
  // Also one from a clock that was set back since.
  return Number.isNaN(begun) || Math.abs(now().getTime() - begun) > limitMs;
}

/**
 * Removes all containers and volumes of a drill that are there. Gives their names.
 * @throws `DRILL_NOT_REMOVED` when the engine refuses, or what has the name is another's; `ENGINE_*`
 */
export async function removeDrill(engine: EngineControl, drill: DrillRecord): Promise<readonly string[]> {
  const removed = [...(await removeTrial(engine, drill))];
  for (const names of loadNames(drill)) removed.push(...(await removeLoad(engine, drill, names)));
  return removed;
}

/** Removes what tries a drill's files, as {@link removeDrill} does all of it. */
export function removeTrial(engine: EngineControl, { id }: Pick<DrillRecord, 'id'>): Promise<readonly string[]> {
  return removeMade(engine, id, drillName(id), [drillName(id)]);
}

/** Removes what one load of a drill made, as {@link removeDrill} does all of it. */
export function removeLoad(
  engine: EngineControl,
  { id }: Pick<DrillRecord, 'id'>,
  { server, dumps }: LoadNames,
): Promise<readonly string[]> {
  return removeMade(engine, id, server, [server, dumps]);
}

async function removeMade(
  engine: EngineControl,
  id: string,
  name: string,
  volumes: readonly string[],
): Promise<readonly string[]> {
  const path = `/containers/${name}/json`;
  const body = await engine.read(path);
  const removed: string[] = [];
  if (body !== undefined) {
    const { Config: config } = object(body, path);
    const labels = isObject(config) && isObject(config['Labels']) ? config['Labels'] : {};
    if (labels[DRILL_LABEL] !== id) throw notRemoved(name, 'a container of another has its name');
    const done = await removeContainer(engine, name);
    if (done.kind === 'refused') throw notRemoved(name, done.said);
    removed.push(name);
  }
  for (const volume of volumes) {
    const done = await removeVolume(engine, volume);
    if (done.kind === 'refused') throw notRemoved(volume, done.said);
    if (done.kind === 'done') removed.push(volume);
  }
  return removed;
}

function notRemoved(name: string, why: string): HoldfastError {
  return new HoldfastError('DRILL_NOT_REMOVED', `What a drill made, ${name}, could not be removed: ${why}`, {
    hint: 'It is tried again by the next drill, and by holdfast volume reconcile.',
  });
}
