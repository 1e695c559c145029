import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ProbedWriters } from '#app/volume/drill/probe-writers.ts';
import { holdDeps } from '#app/volume/hold/holds.ts';
import { dumpHomes } from '#app/volume/snapshot/dump-homes.ts';
import { copyHeld } from '#app/volume/snapshot/held-copies.ts';
import { reflinkPlaces } from '#app/volume/snapshot/reflink.ts';
import { refuseEndless } from '#app/volume/snapshot/refuse-endless.ts';
import type { TakeSnapshotDeps } from '#app/volume/snapshot/taking.ts';
import type { WhoWrote } from '#app/volume/snapshot/who-wrote.ts';
import { type WrittenDumps, writeDumps } from '#app/volume/snapshot/write-dumps.ts';
import { writing } from '#base/files/writing.ts';
import { HoldfastError, type Problem, problemOf } from '#core/errors.ts';
import { recordedNames } from '#volume/drill/whole-names.ts';
import type { BackupRequest, PassDone } from '#volume/engines/engine.ts';
import type { PlannedWriter } from '#volume/snapshot/choose.ts';
import type { SnapshotFinished } from '#volume/snapshot/events.ts';
import { DUMPS_NAME, MANIFEST_NAME } from '#volume/snapshot/manifest.ts';
import type { SnapshotSubject } from '#volume/snapshot/subject.ts';
import { FIRST_PASS_TAG, isBind, OWN_TAG, volumeTag } from '#volume/snapshot/tags.ts';

/** One target while it is under way. */
export interface Part {
  readonly subject: SnapshotSubject;
  readonly running: readonly PlannedWriter[];
  readonly who: WhoWrote;
  readonly about: Pick<SnapshotFinished, 'volume' | 'repository'>;
  /** What its writers said that they hold, for drills. */
  readonly probed: ProbedWriters;
  readonly started: number;
  readonly staging: string;
}

type Event = Omit<SnapshotFinished, 'volume' | 'repository' | 'started' | 'stack' | 'late'>;

interface Copied {
  readonly facts: readonly { readonly event: Event; readonly problems: readonly Problem[] }[];
  /** Of the hold, and of what is beside the snapshots. */
  readonly problems: readonly Problem[];
}

/**
 * Copies all parts while their writers are held, and looks for each in the repository.
 * @throws `SNAPSHOT_NOT_CONSISTENT`, `SNAPSHOT_INTERRUPTED`, `RESTIC_*`, `HOLD_*`, `ENGINE_*`
 */
export async function copyParts(
  deps: TakeSnapshotDeps,
  parts: readonly Part[],
  running: readonly PlannedWriter[],
  signal: AbortSignal,
): Promise<Copied> {
  const { repository, engine, environment } = deps;
  const unwanted: string[] = [];
  // What a killed run left there tells that it also left a first pass.
  const leftovers = parts.filter(({ staging }) => writing(staging, () => clear(staging)));
  try {
    const dumps = await stage(deps, parts, signal);
    const requests = parts.map(
      ({ subject, staging, running: own }): BackupRequest => ({
        paths: [subject.source, staging],
        tags: [OWN_TAG, volumeTag(subject.name)],
        host: repository.settings.host,
        excludes: [...new Set(own.flatMap(({ plan }) => plan.exclude))],
      }),
    );
    const hold = holdDeps(engine, environment);
    const note = (ids: readonly string[]) => unwanted.push(...ids);
    const reflinks = () =>
      reflinkPlaces(parts.map(({ subject: { name, source } }) => (isBind(name) ? undefined : source)));
    const trying = (method: string) => {
      for (const [index, { staging }] of parts.entries()) {
        const { names = [], manifest } = dumps[index] ?? {};
        writeManifest(staging, { ...manifest, method: methodName(names, method) });
      }
    };
    const { progress } = deps;
    const copying = {
      ...{ engine: refuseEndless(repository.engine), hold, signal, unwanted: note, reflinks, trying },
      ...(progress === undefined ? {} : { progress }),
    };
    const done = await copyHeld(copying, requests, running);
    const rows = await repository.engine.snapshots({ ids: done.passes.map(({ shortId }) => shortId) });
    const facts = done.passes.map((pass, index) => {
      const { names, problems } = dumps[index] ?? { names: [], problems: [] };
      const [row, ...more] = rows.filter(({ id }) => id.startsWith(pass.shortId));
      if (row === undefined || more.length > 0) throw lost(pass);
      const event: Event = {
        ...{ snapshot: row.id, tree: row.tree, method: methodName(names, done.method) },
        ...{ holdMs: done.holdMs, bytes: pass.bytesProcessed, bytesAdded: pass.bytesAdded, files: pass.files },
        dumps: recordedNames(names),
        complete: pass.kind === 'complete' && problems.length === 0,
      };
      return { event, problems: [...problems, ...pass.problems] };
    });
    const notes = dumps.flatMap((one) => one.notes);
    return { facts, problems: [...notes, ...done.problems, ...(await discard(deps, unwanted.splice(0), leftovers))] };
  } catch (error) {
    for (const problem of await discard(deps, unwanted, [])) deps.tell?.(problem);
    throw error;
  } finally {
    for (const { staging } of parts) rmSync(staging, { recursive: true, force: true });
  }
}

/** Dumps, each in its target's directory, and what its manifest is to say. A container with several targets is dumped once. */
async function stage({ engine, now, record }: TakeSnapshotDeps, parts: readonly Part[], signal: AbortSignal) {
  const homes = dumpHomes(parts);
  const all: (WrittenDumps & { readonly manifest: object })[] = [];
  writing(record.home.directory, () => {
    for (const { staging } of parts) mkdirSync(staging, { recursive: true, mode: 0o700 });
  });
  for (const part of parts) {
    const { staging, running, subject, about, who, started, probed } = part;
    const own = running.filter(({ container }) => homes.get(container.id) === part);
    const dumps = await writeDumps(engine, own, join(staging, DUMPS_NAME), signal);
    const facts = { started, at: now().toISOString(), dumps: dumps.names, drill: probed.manifest };
    const { ids, labels } = subject;
    const more = { ...(ids === undefined ? {} : { ids }), ...(labels === undefined ? {} : { labels }) };
    all.push({ ...dumps, manifest: { ...about, ...who.data, ...facts, ...more } });
  }
  return all;
}

/** Written anew for each way that is tried: it names that way. */
function writeManifest(staging: string, manifest: object): void {
  const text = `${JSON.stringify(manifest, null, 2)}\n`;
  writing(staging, () => writeFileSync(join(staging, MANIFEST_NAME), text, { mode: 0o600 }));
}

function methodName(dumps: readonly string[], copied: string): string {
  return dumps.length > 0 ? `dump+${copied}` : copied;
}

/** Gives whether something was there. */
function clear(staging: string): boolean {
  mkdirSync(dirname(staging), { recursive: true, mode: 0o700 });
  try {
    rmSync(staging, { recursive: true });
    return true;
  } catch {
    return false;
  }
}

/** Snapshots that were made on the way. One that stays does no harm: it has another tag. */
async function discard(
  { repository }: TakeSnapshotDeps,
  ids: readonly string[],
  leftovers: readonly Part[],
): Promise<readonly Problem[]> {
  try {
    const { engine } = repository;
    const tags = leftovers.map(({ subject }) => volumeTag(subject.name));
    const rows = tags.length === 0 ? [] : await engine.snapshots({ tags: [FIRST_PASS_TAG] });
    const left = rows.filter((row) => row.tags.some((tag) => tags.includes(tag))).map(({ id }) => id);
    await engine.discard([...ids, ...left.filter((id) => !ids.some((one) => id.startsWith(one)))]);
    return [];
  } catch (error) {
    const { code, message } = problemOf(error);
    return [{ code, message: `A first pass stays in the repository: ${message}` }];
  }
}

function lost({ shortId }: PassDone): HoldfastError {
  return new HoldfastError('RESTIC_SNAPSHOT_LOST', `The snapshot ${shortId} is not in the repository`, {
    hint: 'Check it: holdfast volume repo check',
  });
}
