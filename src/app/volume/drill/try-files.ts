import { lstatSync } from 'node:fs';
import type { Tried } from '#app/volume/drill/ask-container.ts';
import { checkSqlite } from '#app/volume/drill/check-sqlite.ts';
import { sweepDeps } from '#app/volume/drill/drills.ts';
import type { DrillSnapshot } from '#app/volume/drill/find-snapshot.ts';
import type { DrillSubject, NothingToStart } from '#app/volume/drill/find-writer.ts';
import { logOf } from '#app/volume/drill/log-of.ts';
import { tryContainer } from '#app/volume/drill/try-container.ts';
import type { JobDeps } from '#app/volume/repositories/job-deps.ts';
import { restoreSnapshot } from '#app/volume/restore/restore-snapshot.ts';
import { HoldfastError, type Problem, problemOf } from '#core/errors.ts';
import { drillContainer, missingIn, restoredMounts } from '#volume/drill/container.ts';
import type { VolumeDrilled } from '#volume/drill/events.ts';
import { DRILL_LABEL, drillDirectory, drillName } from '#volume/drill/journal.ts';

export interface DrillDeps extends JobDeps {
  /** Ends it; what it made is removed. */
  readonly signal: AbortSignal;
}

/** What a drill found out about the files of a snapshot. */
export interface FilesTried extends Pick<VolumeDrilled, 'outcome' | 'databases' | 'restoreMs'> {
  readonly reasons: readonly Problem[];
  readonly readyMs?: number;
  readonly before?: string;
  readonly after?: string;
  readonly log: readonly string[];
  /** What was not looked at. */
  readonly left: readonly Problem[];
  /** Of the root of the volume; absent where it could not be restored. */
  readonly owner?: { readonly uid: number; readonly gid: number; readonly mode: number };
}

/** What damage in a repository is called; everything else that keeps a drill from running is no result of it. */
const DAMAGE: ReadonlySet<string> = new Set(['RESTIC_DAMAGED', 'RESTIC_RESTORE_INCOMPLETE']);

/**
 * Restores the files of a snapshot into a scratch volume, compares each with what was stored, starts what wrote them, and
 * asks it what it holds. @throws `DRILL_NOT_STARTED`, `RESTIC_*`, `ENGINE_*`
 */
export async function tryFiles(
  deps: DrillDeps,
  snapshot: DrillSnapshot,
  found: DrillSubject | NothingToStart,
  id: string,
  waitMs: number,
): Promise<FilesTried> {
  const { engine, signal } = deps;
  const { volume, row, movement, forged } = snapshot;
  const name = drillName(id);
  const begun = performance.now();
  const restored = await restoreAside(deps, volume, row.id, name).catch((error: unknown) => {
    if (error instanceof HoldfastError && DAMAGE.has(error.code)) return problemOf(error);
    throw error;
  });
  const restoreMs = Math.round(performance.now() - begun);
  if ('code' in restored) {
    return { outcome: 'failed', reasons: [restored], databases: 0, restoreMs, log: [], left: [] };
  }
  signal.throwIfAborted();
  const { uid, gid, mode } = lstatSync(restored.mountpoint);
  const databases = await checkSqlite(restored.mountpoint, drillDirectory(sweepDeps(deps.environment).directory, id));
  const bad = [...databases.bad];
  if (forged !== undefined) {
    const message = `What ${forged} said before stands otherwise in the snapshot than in the record`;
    bad.push({ code: 'DRILL_MANIFEST_FORGED', message });
  }
  signal.throwIfAborted();
  const trial = await started(deps, found, volume, name, waitMs, movement);
  const { readyMs, answer } = trial;
  return {
    outcome: bad.length > 0 ? 'failed' : trial.outcome,
    reasons: [...bad, ...trial.reasons],
    ...{ databases: databases.count, restoreMs, left: databases.left, owner: { uid, gid, mode } },
    log: trial.outcome === 'failed' ? await logOf(engine, name) : [],
    ...(readyMs === undefined ? {} : { readyMs }),
    ...('value' in found && found.value !== undefined ? { before: found.value } : {}),
    ...(answer === undefined ? {} : { after: answer }),
  };
}

/** Into a volume of its own. The record is told of the drill, not of that. */
function restoreAside(deps: DrillDeps, volume: string, snapshot: string, to: string) {
  const { engine } = deps;
  return restoreSnapshot(
    {
      ...deps,
      engine: () => Promise.resolve(engine),
      advisories: () => Promise.reject(new RangeError('nobody is judged in a drill')),
      step: () => undefined,
    },
    {
      wish: { snapshot, subject: { kind: 'volume', name: volume }, trusted: false },
      place: { kind: 'volume', name: to },
      ...{ whatIsLeft: false, dryRun: false, trial: true },
    },
  );
}

async function started(
  { engine, signal }: DrillDeps,
  found: DrillSubject | NothingToStart,
  volume: string,
  name: string,
  waitMs: number,
  movement: DrillSnapshot['movement'],
): Promise<Tried> {
  if ('why' in found) return { outcome: 'unproven', reasons: [found.why] };
  const { definition, probe, value, image, usesOthers } = found;
  if (probe === undefined && !definition.hasHealthCheck) {
    const message = 'It restores; that it works is not proven, as there is nothing to ask it';
    const hint =
      'Give the container a label holdfast.volume.probe, such as psql -U postgres -tAc "SELECT count(*) FROM t"';
    return { outcome: 'unproven', reasons: [{ code: 'DRILL_NO_PROBE', message, hint }] };
  }
  const question = { movement: movement(found.container), ...(value === undefined ? {} : { value }) };
  const mounts = restoredMounts(definition, volume, name);
  const labels = { [DRILL_LABEL]: name.slice(drillName('').length) };
  const trial = await tryContainer({
    ...{ engine, name, hasHealthCheck: definition.hasHealthCheck, waitMs, signal },
    body: drillContainer(definition, { mounts, checksHealth: true, image: image.id, labels }),
    ...(probe === undefined ? {} : { question: { ...question, probe } }),
  });
  const missing = [...missingIn(definition, volume), ...(usesOthers ? ['the stores that it uses elsewhere'] : [])];
  if (trial.outcome === 'passed' || missing.length === 0) return trial;
  const note = { code: 'DRILL_WITHOUT', message: `In a drill it has neither network nor ${missing.join(', nor ')}` };
  // A health check asks for more than its own volume, perhaps; what a probe says is about that alone.
  return { ...trial, outcome: probe === undefined ? 'unproven' : trial.outcome, reasons: [...trial.reasons, note] };
}
