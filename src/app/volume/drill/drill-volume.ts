import { sweepDeps } from '#app/volume/drill/drills.ts';
import { type DrillSnapshot, findDrillSnapshot } from '#app/volume/drill/find-snapshot.ts';
import { candidatesOf, type DrillSubject, findWriter, type NothingToStart } from '#app/volume/drill/find-writer.ts';
import { type DumpsTried, loadDumps } from '#app/volume/drill/load-dumps.ts';
import { type LoadResult, notLoaded } from '#app/volume/drill/load-group.ts';
import { type PlannedLoad, planLoads } from '#app/volume/drill/plan-loads.ts';
import { type DrillDeps, type FilesTried, tryFiles } from '#app/volume/drill/try-files.ts';
import type { OpenInside } from '#app/volume/restore/inside/inside.ts';
import { openInside } from '#app/volume/restore/inside/open-inside.ts';
import type { Problem } from '#core/errors.ts';
import { discover } from '#volume/discover/discover.ts';
import { probeName } from '#volume/drill/choose-probe.ts';
import type { DumpsLoaded, VolumeDrilled } from '#volume/drill/events.ts';
import { beginDrill, type DrillRecord, drillName, forgetDrill, loadNames, MOST_LOADS } from '#volume/drill/journal.ts';
import { wholeOutcome } from '#volume/drill/outcome.ts';
import { removeDrill, removeTrial, sweepDrills } from '#volume/drill/sweep.ts';

export interface DrillRequest {
  readonly volume: string;
  /** An id, the beginning of one, or `latest`. */
  readonly snapshot: string;
  /** What was made stays, for looking. */
  readonly keep: boolean;
  /** Nothing is made, and nothing recorded. */
  readonly dryRun: boolean;
  /** How long a container may take until it answers. */
  readonly waitMs: number;
  /** How long loading the dumps of a container may take. */
  readonly loadLimitMs: number;
  /** How large they may be. */
  readonly dumpLimitBytes: number;
}

/** How a drill came out. */
export interface Drilled extends Omit<VolumeDrilled, 'reasons' | 'loads'> {
  readonly reasons: readonly Problem[];
  readonly dryRun: boolean;
  /** Values and the container's log: for the operator, never recorded. */
  readonly before?: string;
  readonly after?: string;
  readonly log: readonly string[];
  /** By the container that dumps are of. */
  readonly loads: readonly LoadResult[];
  /** Container and volume, with `keep`. */
  readonly kept?: string;
  /** The servers that dumps were loaded into, and their volumes, with `keep`. */
  readonly keptLoads: readonly string[];
  readonly problems: readonly Problem[];
}

const MOST_REASONS = 20;

/**
 * Tries a snapshot: restores it into a scratch volume, compares every file with what was stored, starts the image that wrote
 * it, without network, and asks it what it holds; then loads the dumps in it into fresh servers and asks those. What was made
 * is removed, however it ends; what an earlier drill left that was killed, too. The result is recorded.
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
  const { volume, manifest, writers, stack } = snapshot;
  const discovery = await discover(engine, { layers: false, contents: false, now: now() });
  const known = { volume, manifest: manifest?.writers ?? [], writers, stack };
  const candidates = await candidatesOf(engine, discovery, known);
  const found = await findWriter(engine, discovery, known, candidates);
  const planned = await planLoads(engine, discovery, known, candidates, snapshot);
  const { settings } = repository;
  const about = {
    ...{ volume, repository: { name: settings.name, id: settings.id }, snapshot: snapshot.row.id },
    ...probeOf(found),
    ...('why' in found ? {} : { image: found.image }),
  };
  const notes = [found, ...planned.flatMap((load) => (load.kind === 'load' ? [load.subject] : []))];
  const problems = [...swept.problems, ...snapshot.problems, ...notesOf(notes)];
  if (dryRun) {
    const loads = planned.map(wouldBe);
    const reasons = ['why' in found ? [found.why] : [], ...loads.map((load) => load.reasons)].flat();
    const nothing = { dumps: 0, databases: 0, restoreMs: 0, totalMs: 0, log: [], keptLoads: [] };
    return { ...about, ...nothing, outcome: 'unproven', loads, reasons, dryRun, problems };
  }
  const drill = await beginDrill(sweep.directory, {
    ...{ engine: engine.address, holder: sweep.self, at: now().toISOString() },
    loads: Math.min(planned.length, MOST_LOADS),
  });
  let kept = false;
  try {
    const files = await tryFiles(deps, snapshot, found, drill.id, request.waitMs);
    // One server at a time: each may take as much memory as the writer has, and its disk.
    if (!keep && planned.length > 0) await removeTrial(engine, drill);
    const dumps = await loaded(deps, request, inside, snapshot, planned, drill, files);
    const { databases, restoreMs, readyMs, before, after, log } = files;
    const reasons = [...files.reasons, ...dumps.loads.flatMap((load) => load.reasons)].slice(0, MOST_REASONS);
    const event: VolumeDrilled = {
      ...about,
      outcome: wholeOutcome(
        files.outcome,
        dumps.loads.map(({ outcome }) => outcome),
      ),
      ...{ databases, restoreMs, dumps: dumps.dumps },
      ...(readyMs === undefined ? {} : { readyMs }),
      ...(planned.length === 0 ? {} : { loads: dumps.loads.slice(0, MOST_LOADS).map(recordedLoad) }),
      reasons: reasons.map(recorded),
      totalMs: Math.round(performance.now() - begun),
    };
    await record.ledger.append({
      stream: `volume:${volume}`,
      events: [{ type: 'volume.drilled', data: event }],
      actor,
    });
    kept = keep;
    return {
      ...{ ...event, reasons, dryRun, log, loads: dumps.loads },
      problems: [...problems, ...files.left, ...dumps.left],
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
      ...(keep ? { kept: drillName(drill.id) } : {}),
      keptLoads: keep ? loadNames(drill).map(({ server }) => server) : [],
    };
  } finally {
    if (!kept) await removeDrill(engine, drill);
    forgetDrill(sweep.directory, drill);
  }
}

async function loaded(
  { engine, signal }: DrillDeps,
  { keep, waitMs, loadLimitMs: limitMs, dumpLimitBytes: limitBytes }: DrillRequest,
  inside: OpenInside,
  snapshot: DrillSnapshot,
  planned: readonly PlannedLoad[],
  drill: DrillRecord,
  { owner = { uid: 0, gid: 0, mode: 0o755 } }: FilesTried,
): Promise<DumpsTried> {
  const { staging, row, bytes: dataBytes = 0 } = snapshot;
  if (staging === undefined) return { loads: [], dumps: 0, left: [] };
  const loading = { engine, signal, waitMs, limitMs, limitBytes, dataBytes, owner };
  return loadDumps(loading, { inside, row, staging }, planned, drill, snapshot, keep);
}

/** What a dry run says of dumps. */
function wouldBe(load: PlannedLoad): LoadResult {
  if (load.kind === 'left') return notLoaded(load.group, load.why);
  const { container, names } = load.group;
  return { container, outcome: 'unproven', loaded: 0, dumps: names.length, bytes: 0, reasons: [], log: [] };
}

/** Each once: the container that is started is also one that dumps are of, as a rule. */
function notesOf(subjects: readonly (DrillSubject | NothingToStart)[]): readonly Problem[] {
  const notes = subjects.flatMap((subject) => ('why' in subject ? [] : subject.notes));
  return notes.filter(({ message }, index) => notes.findIndex((one) => one.message === message) === index);
}

function probeOf(found: DrillSubject | NothingToStart): Pick<VolumeDrilled, 'probe' | 'service'> {
  if ('why' in found) return { probe: 'files' };
  if (found.probe === undefined) return { probe: found.definition.hasHealthCheck ? 'health' : 'files' };
  return found.probe.kind === 'label' ? { probe: 'label' } : { probe: 'service', service: probeName(found.probe) };
}

function recordedLoad({ container, outcome, loaded: took, dumps, bytes, readyMs, loadMs }: LoadResult): DumpsLoaded {
  return {
    ...{ container: container.toWellFormed().slice(0, 200), outcome, loaded: took, dumps, bytes },
    ...(readyMs === undefined ? {} : { readyMs }),
    ...(loadMs === undefined ? {} : { loadMs }),
  };
}

/** Hints may hold what a service wrote about its data. */
function recorded({ code, message }: Problem): { code: string; message: string } {
  return { code, message: message.toWellFormed().slice(0, 300) };
}
