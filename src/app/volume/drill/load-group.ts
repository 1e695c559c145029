import { chmodSync, chownSync } from 'node:fs';
import { askContainer, type Tried } from '#app/volume/drill/ask-container.ts';
import { type DumpSource, fetchDumps } from '#app/volume/drill/fetch-dumps.ts';
import type { DrillSubject } from '#app/volume/drill/find-writer.ts';
import { logOf } from '#app/volume/drill/log-of.ts';
import { runLoad, type ServerDeps, type ServerEnd } from '#app/volume/drill/run-load.ts';
import { makeVolume } from '#app/volume/restore/new-volume.ts';
import { hasRoom } from '#base/files/leaving-room.ts';
import { isWithin } from '#core/container-path.ts';
import type { Problem } from '#core/errors.ts';
import type { Movement } from '#volume/drill/compare.ts';
import { drillContainer, freshPlace } from '#volume/drill/container.ts';
import type { DumpsLoaded } from '#volume/drill/events.ts';
import { DRILL_LABEL, type LoadNames } from '#volume/drill/journal.ts';
import type { DumpGroup, LoadPlan } from '#volume/drill/load-plan.ts';
import { dumpHookFor } from '#volume/dump/list.ts';

/** What loading dumps needs, and its bounds. */
export interface LoadDeps extends ServerDeps {
  /** How large the dumps of a container may be together. */
  readonly limitBytes: number;
  /** Bytes that the data takes, as far as they are known: so much room the server has to have. */
  readonly dataBytes: number;
  /** Of the root of the volume that the snapshot is of. */
  readonly owner: { readonly uid: number; readonly gid: number; readonly mode: number };
}

/** The dumps of a container, and how they are loaded. */
export interface GroupLoad {
  readonly group: DumpGroup;
  readonly subject: DrillSubject;
  readonly plan: LoadPlan;
  readonly movement: Movement;
}

/** How the dumps of one container came out. */
export interface LoadResult extends DumpsLoaded {
  readonly reasons: readonly Problem[];
  /** Values and the server's log: for the operator, never recorded. */
  readonly before?: string;
  readonly after?: string;
  readonly log: readonly string[];
}

/** What is made for it is called so. */
export interface Made extends LoadNames {
  /** The drill's id. */
  readonly drill: string;
  /** The volume that the snapshot is of. */
  readonly volume: string;
}

/** Where in the server the dumps are. */
const DUMPS_AT = '/holdfast-dumps';

/** The result of dumps that nobody tried to load. */
export function notLoaded({ container, names }: DumpGroup, why: Problem): LoadResult {
  const facts = { container, outcome: 'unproven' as const, loaded: 0, dumps: names.length, bytes: 0, log: [] };
  return { ...facts, reasons: [{ ...why, message: `The dumps of ${container} were not loaded: ${why.message}` }] };
}

/**
 * Loads the dumps of one container into a fresh server, and asks what it holds. What is made has the given names, and stays.
 * @throws `DRILL_NOT_STARTED`, `VOLUME_*`, `ENGINE_*`, and what ends the signal
 */
export async function loadGroup(deps: LoadDeps, source: DumpSource, load: GroupLoad, made: Made): Promise<LoadResult> {
  const { engine, signal, dataBytes } = deps;
  const { group, subject, plan } = load;
  const { container, names } = group;
  const directory = await makeVolume(engine, made.dumps, source.row.id);
  const steps = plan.steps.map(({ name }) => name);
  const { files, bytes, bad, obstacle } = await fetchDumps(source, steps, directory, deps.limitBytes, signal);
  const facts = { container, loaded: 0, dumps: names.length, bytes, log: [] };
  if (bad.length > 0) return { ...facts, outcome: 'failed', reasons: bad };
  if (obstacle !== undefined) return { ...notLoaded(group, obstacle), bytes };
  if (!hasRoom(directory, dataBytes)) {
    const message = `the engine’s disk has no room for ${dataBytes} bytes, which the data takes`;
    return { ...notLoaded(group, { code: 'DRILL_LOAD_NO_ROOM', message }), bytes };
  }
  const script = plan.load?.ready ?? dumpHookFor({ service: subject.service })?.load.ready;
  // Of a known service its own word counts; what a check of health keeps open would be in the way.
  const health = script === undefined && subject.definition.hasHealthCheck;
  const place = freshPlace(subject.definition, made.volume, subject.service?.directories ?? []);
  const ended = await runLoad(deps, {
    ...{ name: made.server, plan, body: await bodyOf(deps, subject, made, source.row.id, place, health) },
    directory: subject.service?.directories.find((path) => place !== undefined && isWithin(path, place)),
    ready: { health, ...(script === undefined ? {} : { script }) },
    fileOf: (name) => `${DUMPS_AT}/${files.get(name) ?? ''}`,
    ...(subject.load?.user === undefined ? {} : { user: subject.load.user }),
  });
  const tried = ended.kind === 'loaded' ? await asked(deps, load, made.server) : triedOf(ended);
  const { readyMs, loadMs, loaded } = ended;
  return {
    ...{ ...facts, loaded, outcome: tried.outcome },
    reasons: tried.reasons.map((reason) => ({ ...reason, message: `Dumps of ${container}: ${reason.message}` })),
    ...(readyMs === undefined ? {} : { readyMs }),
    ...(loadMs === undefined ? {} : { loadMs }),
    ...(subject.value === undefined ? {} : { before: subject.value }),
    ...(tried.answer === undefined ? {} : { after: tried.answer }),
    log: tried.outcome === 'passed' ? [] : await logOf(engine, made.server),
  };
}

function triedOf({ kind, why }: Exclude<ServerEnd, { kind: 'loaded' }>): Tried {
  return { outcome: kind === 'failed' ? 'failed' : 'unproven', reasons: [why] };
}

/** The server's body, on an empty volume of its own, which is made here. */
async function bodyOf(
  { engine, owner }: LoadDeps,
  { definition, image }: DrillSubject,
  { server, dumps, drill }: Made,
  snapshot: string,
  place: string | undefined,
  checksHealth: boolean,
) {
  if (place !== undefined) {
    const mountpoint = await makeVolume(engine, server, snapshot);
    // Where the image has nothing there, the engine leaves it so; and the server may run as anybody.
    chownSync(mountpoint, owner.uid, owner.gid);
    chmodSync(mountpoint, owner.mode & 0o7777);
  }
  return drillContainer(definition, {
    mounts: [
      ...(place === undefined ? [] : [{ volume: server, destination: place, content: 'fresh' as const }]),
      { volume: dumps, destination: DUMPS_AT, content: 'as-it-is', readOnly: true },
    ],
    ...{ checksHealth },
    image: image.id,
    labels: { [DRILL_LABEL]: drill },
  });
}

async function asked(
  { engine, signal, waitMs }: LoadDeps,
  { subject, movement }: GroupLoad,
  name: string,
): Promise<Tried> {
  const { probe, value } = subject;
  if (probe === undefined) {
    const message = 'They load; that they hold what they held is not proven, as there is nothing to ask';
    const hint = 'Give the container a label holdfast.volume.probe.';
    return { outcome: 'unproven', reasons: [{ code: 'DRILL_LOAD_NOT_ASKED', message, hint }] };
  }
  const question = { probe, movement, ...(value === undefined ? {} : { value }) };
  return askContainer({ engine, name, signal }, question, performance.now() + waitMs);
}
