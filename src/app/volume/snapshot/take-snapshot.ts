import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OpenRecord } from '#app/home/open-record.ts';
import { holdDeps } from '#app/volume/hold/holds.ts';
import type { OpenRepository } from '#app/volume/repositories/open-repository.ts';
import { writeDumps } from '#app/volume/snapshot/write-dumps.ts';
import type { EngineControl } from '#base/engine/engine.ts';
import { HoldfastError, type Problem, problemOf } from '#core/errors.ts';
import { discover } from '#volume/discover/discover.ts';
import type { BackupRequest, PassDone, SnapshotEngine } from '#volume/engines/engine.ts';
import { holdContainers } from '#volume/hold/hold.ts';
import { type CopyMethod, copyMethods, type PlannedWriter, planWriters } from '#volume/snapshot/choose.ts';
import type { SnapshotFinished, Writer } from '#volume/snapshot/events.ts';
import { subjectOf, writerOf } from '#volume/snapshot/subject.ts';

export interface TakeSnapshotDeps {
  readonly record: OpenRecord;
  readonly repository: OpenRepository;
  readonly engine: EngineControl;
  readonly environment: NodeJS.ProcessEnv;
  readonly actor: string;
  readonly now: () => Date;
}

export interface TakenSnapshot extends SnapshotFinished {
  readonly writers: readonly Writer[];
  readonly problems: readonly Problem[];
}

/** What the tag of a volume's snapshots says. */
export function volumeTag(volume: string): string {
  return `volume=${volume}`;
}

/** Of snapshots that are consistent. */
export const OWN_TAG = 'holdfast';
/** Of first passes, which are not, and are forgotten when the second has been made. */
const FIRST_PASS_TAG = 'holdfast-first-pass';

/**
 * Takes a consistent snapshot of a volume: dumps of the databases that run, a pass over the files while everything runs,
 * and another while the writers are held. Who wrote stands in the ledger before, and in the snapshot as `manifest.json`.
 * @throws `VOLUME_UNKNOWN`, `VOLUME_NOT_READABLE`, `VOLUME_PLAN_INVALID`, `SNAPSHOT_NOT_CONSISTENT`, `RESTIC_*`, `HOLD_*`,
 * `ENGINE_*`, `LEDGER_*`, `DATABASE_*`
 */
export async function takeSnapshot(deps: TakeSnapshotDeps, name: string): Promise<TakenSnapshot> {
  const { record, repository, engine, actor, now } = deps;
  const subject = subjectOf(await discover(engine, { layers: false, now: now() }), name);
  const running = planWriters(subject.writers, subject.volume);
  const writers = subject.writers.map(writerOf);
  const { settings } = repository;
  const about = { volume: name, repository: { name: settings.name, id: settings.id } };
  const stream = `volume:${name}`;
  const data = { ...about, writers, writersComplete: false };
  const begun = await record.ledger.append({ stream, events: [{ type: 'snapshot.started', data }], actor });
  const started = begun.kind === 'appended' ? begun.position : 0;
  try {
    const taken = await copy(deps, subject.volume.mountpoint, name, running, { ...data, started });
    const event: SnapshotFinished = { ...about, ...taken.facts, started };
    await record.ledger.append({ stream, events: [{ type: 'snapshot.finished', data: event }], actor });
    return { ...event, writers, problems: taken.problems };
  } catch (error) {
    const { code, message } = problemOf(error);
    const failed = { ...about, started, code, message: message.toWellFormed().slice(0, 500) };
    await record.ledger.append({ stream, events: [{ type: 'snapshot.failed', data: failed }], actor });
    throw error;
  }
}

type Facts = Omit<SnapshotFinished, 'volume' | 'repository' | 'started'>;

async function copy(
  deps: TakeSnapshotDeps,
  source: string,
  volume: string,
  running: readonly PlannedWriter[],
  manifest: object,
): Promise<{ readonly facts: Facts; readonly problems: readonly Problem[] }> {
  const { record, repository, engine, now } = deps;
  // Always the same place for a volume: earlier snapshots are found by their paths.
  const staging = join(record.home.directory, 'staging', repository.settings.name, volume);
  rmSync(staging, { recursive: true, force: true });
  mkdirSync(staging, { recursive: true, mode: 0o700 });
  try {
    const dumps = await writeDumps(engine, running, join(staging, 'dumps'));
    const text = JSON.stringify({ ...manifest, at: now().toISOString(), dumps: dumps.names }, null, 2);
    writeFileSync(join(staging, 'manifest.json'), `${text}\n`, { mode: 0o600 });
    const request: BackupRequest = {
      paths: [source, staging],
      tags: [OWN_TAG, volumeTag(volume)],
      host: repository.settings.host,
      excludes: running.flatMap(({ plan }) => plan.exclude),
    };
    const done = await consistently(deps, request, running);
    const { id, tree } = await seenIn(repository.engine, done.pass);
    await forgetFirstPasses(repository.engine, volume);
    const { bytesProcessed, bytesAdded, files, kind, problems } = done.pass;
    return {
      facts: {
        ...{ snapshot: id, tree, method: dumps.names.length > 0 ? `dump+${done.method}` : done.method },
        ...{ holdMs: done.holdMs, bytes: bytesProcessed, bytesAdded, files, dumps: [...dumps.names] },
        complete: kind === 'complete' && dumps.problems.length === 0,
      },
      problems: [...unfollowed(running), ...dumps.problems, ...problems, ...done.problems],
    };
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

/** What labels ask for and nobody does yet. */
function unfollowed(running: readonly PlannedWriter[]): readonly Problem[] {
  return running.flatMap(({ container, plan }) =>
    [...plan.before, ...plan.after].map(({ label }) => ({
      code: 'PLAN_COMMAND_NOT_RUN',
      message: `The command of ${container.name}'s label ${label} was not run: commands around a snapshot are not supported yet`,
    })),
  );
}

interface Copied {
  readonly pass: PassDone;
  readonly method: CopyMethod['kind'];
  readonly holdMs: number;
  readonly problems: readonly Problem[];
}

/** Tries one way after the other, until one held long enough. @throws `SNAPSHOT_NOT_CONSISTENT` */
async function consistently(
  { repository, engine, environment }: TakeSnapshotDeps,
  request: BackupRequest,
  running: readonly PlannedWriter[],
): Promise<Copied> {
  const problems: Problem[] = [];
  const pass = (signal?: AbortSignal) => repository.engine.pass(request, signal === undefined ? {} : { signal });
  for (const method of copyMethods(running)) {
    if (method.kind === 'live' || method.kind === 'still') {
      return { pass: await pass(), method: method.kind, holdMs: 0, problems };
    }
    // Most is stored while everything runs, so that the hold is short.
    if (method.kind === 'pause') {
      const tags = [FIRST_PASS_TAG, ...request.tags.filter((tag) => tag !== OWN_TAG)];
      await repository.engine.pass({ ...request, tags });
    }
    const ids = running.map(({ container }) => container.id);
    const held = await holdContainers(
      holdDeps(engine, environment),
      ids,
      { method: method.kind, capMs: method.capMs },
      pass,
    );
    problems.push(...held.disturbances);
    if (held.kind === 'done' && held.disturbances.length === 0) {
      return { pass: held.value, method: method.kind, holdMs: held.heldMs, problems };
    }
    if (held.kind === 'interrupted') {
      throw new HoldfastError('SNAPSHOT_INTERRUPTED', `It was ended by ${held.signal}; everything runs again`);
    }
    if (held.kind === 'refused') problems.push(...held.problems);
    if (held.kind === 'cap-exceeded') {
      const message = `It could not be copied within ${method.capMs} ms of ${method.kind}; the next way was tried`;
      problems.push({ code: 'HOLD_CAP', message });
    }
  }
  throw new HoldfastError(
    'SNAPSHOT_NOT_CONSISTENT',
    `No way gave a consistent copy: ${problems.at(-1)?.message ?? ''}`,
    {
      hint: 'Allow more time (label holdfast.volume.hold-cap), or another way (label holdfast.volume.method).',
    },
  );
}

async function seenIn(engine: SnapshotEngine, { shortId }: PassDone): Promise<{ id: string; tree: string }> {
  const [row, ...more] = await engine.snapshots({ ids: [shortId] });
  if (row !== undefined && more.length === 0) return { id: row.id, tree: row.tree };
  throw new HoldfastError('RESTIC_SNAPSHOT_LOST', `The snapshot ${shortId} is not in the repository`, {
    hint: 'Check it: holdfast volume repo check',
  });
}

/** Also those that runs which were killed have left. */
async function forgetFirstPasses(engine: SnapshotEngine, volume: string): Promise<void> {
  const rows = await engine.snapshots({ tags: [FIRST_PASS_TAG, volumeTag(volume)] });
  if (rows.length > 0) await engine.forget(rows.map(({ id }) => id));
}
