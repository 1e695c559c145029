import type { OpenRecord } from '#app/home/open-record.ts';
import { checkDumps } from '#app/volume/drill/check-dumps.ts';
import { checkSqlite } from '#app/volume/drill/check-sqlite.ts';
import { sweepDeps } from '#app/volume/drill/drills.ts';
import { type DrillSnapshot, findDrillSnapshot } from '#app/volume/drill/find-snapshot.ts';
import { type DrillSubject, findWriter, type NothingToStart } from '#app/volume/drill/find-writer.ts';
import { logOf } from '#app/volume/drill/log-of.ts';
import { type Tried, tryContainer } from '#app/volume/drill/try-container.ts';
import type { OpenRepository } from '#app/volume/repositories/open-repository.ts';
import type { OpenInside } from '#app/volume/restore/inside/inside.ts';
import { openInside } from '#app/volume/restore/inside/open-inside.ts';
import { restoreSnapshot } from '#app/volume/restore/restore-snapshot.ts';
import type { EngineControl } from '#base/engine/engine.ts';
import { HoldfastError, type Problem, problemOf } from '#core/errors.ts';
import { discover } from '#volume/discover/discover.ts';
import { probeName } from '#volume/drill/choose-probe.ts';
import { drillContainer, missingIn } from '#volume/drill/container.ts';
import type { VolumeDrilled } from '#volume/drill/events.ts';
import { beginDrill, DRILL_LABEL, drillDirectory, drillName, forgetDrill } from '#volume/drill/journal.ts';
import { removeDrill, sweepDrills } from '#volume/drill/sweep.ts';

export interface DrillDeps {
  readonly record: OpenRecord;
  readonly repository: OpenRepository;
  readonly engine: EngineControl;
  readonly environment: NodeJS.ProcessEnv;
  readonly actor: string;
  readonly now: () => Date;
  /** Ends it; what it made is removed. */
  readonly signal: AbortSignal;
}

export interface DrillRequest {
  readonly volume: string;
  /** An id, the beginning of one, or `latest`. */
  readonly snapshot: string;
  /** What was made stays, for looking. */
  readonly keep: boolean;
  /** Nothing is made, and nothing recorded. */
  readonly dryRun: boolean;
  /** How long the container may take until it answers. */
  readonly waitMs: number;
}

/** How a drill came out. */
export interface Drilled extends Omit<VolumeDrilled, 'reasons'> {
  readonly reasons: readonly Problem[];
  readonly dryRun: boolean;
  /** Values and the container's log: for the operator, never recorded. */
  readonly before?: string;
  readonly after?: string;
  readonly log: readonly string[];
  /** Container and volume, with `keep`. */
  readonly kept?: string;
  readonly problems: readonly Problem[];
}

/** What damage in a repository is called; everything else that keeps a drill from running is no result of it. */
const DAMAGE: ReadonlySet<string> = new Set(['RESTIC_DAMAGED', 'RESTIC_RESTORE_INCOMPLETE']);
const MOST_REASONS = 20;

/**
 * Tries a snapshot: restores it into a scratch volume, compares every file with what was stored, starts the image that wrote
 * it, without network, and asks it what it holds. What was made is removed, however it ends; what an earlier drill left
 * that was killed, too. The result is recorded.
 * @throws `SNAPSHOT_UNKNOWN`, `DRILL_NOT_STARTED`, `DRILL_NOT_REMOVED`, `RESTIC_*`, `ENGINE_*`, `LEDGER_*`, `DATABASE_*`
 */
export async function drillVolume(deps: DrillDeps, request: DrillRequest): Promise<Drilled> {
  const inside = await openInside(deps.repository);
  try {
    return await drillFrom(deps, request, inside);
  } finally {
    await inside.close();
  }
}

async function drillFrom(deps: DrillDeps, request: DrillRequest, inside: OpenInside): Promise<Drilled> {
  const { record, repository, engine, environment, actor, now } = deps;
  const { keep, dryRun } = request;
  const begun = performance.now();
  const sweep = sweepDeps(environment);
  const swept = await sweepDrills(sweep);
  const snapshot = await findDrillSnapshot(record, repository, inside, request.volume, request.snapshot);
  const { volume } = snapshot;
  const discovery = await discover(engine, { layers: false, contents: false, now: now() });
  const { manifest, writers, stack } = snapshot;
  const found = await findWriter(engine, discovery, { volume, manifest: manifest?.writers ?? [], writers, stack });
  const { settings } = repository;
  const about = {
    ...{ volume, repository: { name: settings.name, id: settings.id }, snapshot: snapshot.row.id },
    ...probeOf(found),
    ...('why' in found ? {} : { image: found.image }),
  };
  const problems = [...swept.problems, ...snapshot.problems, ...('why' in found ? [] : found.notes)];
  if (dryRun) {
    const reasons = 'why' in found ? [found.why] : [];
    const nothing = { dumps: 0, databases: 0, restoreMs: 0, totalMs: 0 };
    return { ...about, ...nothing, outcome: 'unproven', reasons, dryRun, log: [], problems };
  }
  const drill = await beginDrill(sweep.directory, {
    engine: engine.address,
    holder: sweep.self,
    at: now().toISOString(),
  });
  let kept = false;
  try {
    const result = await tried(deps, request, inside, snapshot, found, drill.id);
    const { log, before, after, left, ...facts } = result;
    const reasons = facts.reasons.slice(0, MOST_REASONS);
    const totalMs = Math.round(performance.now() - begun);
    const event: VolumeDrilled = { ...about, ...facts, reasons: reasons.map(recorded), totalMs };
    await record.ledger.append({
      stream: `volume:${volume}`,
      events: [{ type: 'volume.drilled', data: event }],
      actor,
    });
    kept = keep;
    return {
      ...{ ...event, reasons, dryRun, log, problems: [...problems, ...left] },
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
      ...(keep ? { kept: drillName(drill.id) } : {}),
    };
  } finally {
    if (!kept) await removeDrill(engine, drill);
    forgetDrill(sweep.directory, drill);
  }
}

interface Result extends Pick<VolumeDrilled, 'outcome' | 'dumps' | 'databases' | 'restoreMs'> {
  readonly reasons: readonly Problem[];
  readonly readyMs?: number;
  readonly before?: string;
  readonly after?: string;
  readonly log: readonly string[];
  readonly left: readonly Problem[];
}

async function tried(
  deps: DrillDeps,
  { waitMs }: DrillRequest,
  inside: OpenInside,
  snapshot: DrillSnapshot,
  found: DrillSubject | NothingToStart,
  id: string,
): Promise<Result> {
  const { engine, signal } = deps;
  const { volume, row, staging, dumps: names, movement, forged } = snapshot;
  const name = drillName(id);
  const begun = performance.now();
  const restored = await restoreAside(deps, volume, row.id, name).catch((error: unknown) => {
    if (error instanceof HoldfastError && DAMAGE.has(error.code)) return problemOf(error);
    throw error;
  });
  const restoreMs = Math.round(performance.now() - begun);
  const nothing = { dumps: 0, databases: 0, restoreMs, log: [], left: [] };
  if ('code' in restored) return { ...nothing, outcome: 'failed', reasons: [restored] };
  signal.throwIfAborted();
  const databases = await checkSqlite(restored.mountpoint, drillDirectory(sweepDeps(deps.environment).directory, id));
  const dumps = staging === undefined ? { count: 0, bad: [], left: [] } : await checkDumps(inside, row, staging, names);
  const bad = [...databases.bad, ...dumps.bad];
  if (forged !== undefined) {
    const message = `What ${forged} said before stands otherwise in the snapshot than in the record`;
    bad.push({ code: 'DRILL_MANIFEST_FORGED', message });
  }
  const checked = {
    dumps: dumps.count,
    databases: databases.count,
    restoreMs,
    left: [...databases.left, ...dumps.left],
  };
  signal.throwIfAborted();
  const trial = await started(deps, found, volume, name, waitMs, movement);
  const log = trial.outcome === 'failed' ? await logOf(engine, name) : [];
  const { readyMs, answer } = trial;
  return {
    ...checked,
    outcome: bad.length > 0 ? 'failed' : trial.outcome,
    reasons: [...bad, ...trial.reasons],
    log,
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
  const id = name.slice(drillName('').length);
  const trial = await tryContainer({
    ...{ engine, name, hasHealthCheck: definition.hasHealthCheck, movement: movement(found.container), waitMs, signal },
    body: drillContainer(definition, { volume, scratch: name, image: image.id, labels: { [DRILL_LABEL]: id } }),
    ...(probe === undefined ? {} : { probe }),
    ...(value === undefined ? {} : { value }),
  });
  const missing = [...missingIn(definition, volume), ...(usesOthers ? ['the stores that it uses elsewhere'] : [])];
  if (trial.outcome === 'passed' || missing.length === 0) return trial;
  const note = { code: 'DRILL_WITHOUT', message: `In a drill it has neither network nor ${missing.join(', nor ')}` };
  // A health check asks for more than its own volume, perhaps; what a probe says is about that alone.
  return { ...trial, outcome: probe === undefined ? 'unproven' : trial.outcome, reasons: [...trial.reasons, note] };
}

function probeOf(found: DrillSubject | NothingToStart): Pick<VolumeDrilled, 'probe' | 'service'> {
  if ('why' in found) return { probe: 'files' };
  if (found.probe === undefined) return { probe: found.definition.hasHealthCheck ? 'health' : 'files' };
  return found.probe.kind === 'label' ? { probe: 'label' } : { probe: 'service', service: probeName(found.probe) };
}

/** Hints may hold what a service wrote about its data. */
function recorded({ code, message }: Problem): { code: string; message: string } {
  return { code, message: message.toWellFormed().slice(0, 300) };
}
