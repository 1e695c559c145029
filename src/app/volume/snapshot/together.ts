import { join } from 'node:path';
import { probeAgain, probeWriters } from '#app/volume/drill/probe-writers.ts';
import { holdDeps } from '#app/volume/hold/holds.ts';
import { aroundSnapshot } from '#app/volume/snapshot/around/around-snapshot.ts';
import { copyParts, type Part } from '#app/volume/snapshot/copy-parts.ts';
import { settleSnapshots } from '#app/volume/snapshot/settle-snapshots.ts';
import type { TakenSnapshot, TakeSnapshotDeps } from '#app/volume/snapshot/taking.ts';
import { type TargetTurn, takeTargetTurn } from '#app/volume/snapshot/target-turns.ts';
import { whatCameLate, whoWrote } from '#app/volume/snapshot/who-wrote.ts';
import { HoldfastError, type Problem, problemOf } from '#core/errors.ts';
import type { DiscoveredContainer } from '#volume/discover/discovery.ts';
import { surveyTree } from '#volume/discover/survey.ts';
import { type PlannedWriter, planWriters } from '#volume/snapshot/choose.ts';
import type { SnapshotFinished } from '#volume/snapshot/events.ts';
import type { SnapshotSubject } from '#volume/snapshot/subject.ts';
import { stagingName, targetStream } from '#volume/snapshot/tags.ts';

/** What is taken in one hold. */
export interface SnapshotGroup {
  readonly subjects: readonly SnapshotSubject[];
  /** Those of all subjects, each once, in the order to hold them. */
  readonly writers: readonly DiscoveredContainer[];
  readonly stack?: string;
}

const SIZE_LIMITS = { entries: 20_000, depth: 64 };

/**
 * Takes consistent snapshots of several targets, all in one hold: dumps of the databases that run, a pass over the files
 * while everything runs, and another while the writers are held. Who wrote stands in the ledger before, and in each
 * snapshot as `manifest.json`. Either all are taken, or none counts. Snapshots of one target take turns.
 * @throws `SNAPSHOT_BUSY`, `VOLUME_PLAN_INVALID`, `SNAPSHOT_NOT_CONSISTENT`, `SNAPSHOT_INTERRUPTED`, `SNAPSHOT_COMMAND_FAILED`, `RESTIC_*`,
 * `HOLD_*`, `ENGINE_*`, `LEDGER_*`, `DATABASE_*`
 */
export async function takeTogether(deps: TakeSnapshotDeps, group: SnapshotGroup): Promise<readonly TakenSnapshot[]> {
  const { settings } = deps.repository;
  const repository = { name: settings.name, id: settings.id };
  const turns = new Map<string, TargetTurn>();
  try {
    // Always in the same order: two that want each other's would wait for ever.
    for (const target of group.subjects.map(({ name }) => name).sort()) {
      const signal = deps.ending === undefined ? {} : { signal: deps.ending };
      turns.set(target, await takeTargetTurn(deps.record.home, { repository, target, ...signal }));
    }
    // Also what one that had the turn has left, if it died while it was waited for.
    await settleSnapshots(deps);
    return await takeAll(deps, group, turns);
  } finally {
    for (const turn of turns.values()) turn.release();
  }
}

async function takeAll(
  deps: TakeSnapshotDeps,
  { subjects, writers, stack }: SnapshotGroup,
  turns: ReadonlyMap<string, TargetTurn>,
): Promise<readonly TakenSnapshot[]> {
  const { record, actor } = deps;
  const running = planAll(subjects, writers);
  const parts: Part[] = [];
  const problems: Problem[] = [];
  try {
    for (const subject of subjects) {
      parts.push(await begin(deps, subject, running, turns.get(subject.name)));
    }
    const taken = await interruptible(deps, (signal) =>
      aroundSnapshot({ ...deps, signal, tell: (problem) => problems.push(problem) }, running, () =>
        copyParts(deps, parts, running, signal),
      ),
    );
    const done: TakenSnapshot[] = [];
    for (const [index, part] of parts.entries()) {
      const { subject, about, started, who, probed } = part;
      const { ids, labels = {} } = subject;
      const facts = taken.facts[index];
      if (facts === undefined) throw new RangeError('a part has no snapshot');
      const late = await whatCameLate(deps, subject, who);
      const event: SnapshotFinished = {
        ...{ ...about, ...facts.event, started },
        ...(stack === undefined ? {} : { stack }),
        ...(late === undefined ? {} : { late }),
        ...(ids === undefined ? {} : { ids: { users: [...ids.users], groups: [...ids.groups] } }),
        ...(Object.keys(labels).length === 0 ? {} : { labels }),
      };
      const probes = await probeAgain(deps.engine, probed);
      const told = { ...about, snapshot: event.snapshot, probes };
      const more = probes.length === 0 ? [] : [{ type: 'snapshot.probed', data: told }];
      const events = [{ type: 'snapshot.finished', data: event }, ...more] as const;
      await record.ledger.append({ stream: targetStream(subject.name), events, actor });
      const own = [...subject.problems, ...probed.problems, ...facts.problems];
      const writersComplete = who.data.writersComplete && (late?.unknown ?? []).length === 0;
      done.push({
        ...event,
        ...who.data,
        writersComplete,
        problems: index === 0 ? [...problems, ...taken.problems, ...own] : own,
      });
    }
    return done;
  } catch (error) {
    for (const problem of problems) deps.tell?.(problem);
    const { code, message } = problemOf(error);
    const untold = new Set(subjects.map(({ name }) => name));
    try {
      for (const { subject, about, started } of parts) {
        const failed = { ...about, started, code, message: message.toWellFormed().slice(0, 500) };
        const events = [{ type: 'snapshot.failed', data: failed }] as const;
        await record.ledger.append({ stream: targetStream(subject.name), events, actor });
        untold.delete(subject.name);
      }
    } catch (failure) {
      deps.tell?.(problemOf(failure));
    }
    // The next run looks whether it had begun, and tells it.
    for (const name of untold) turns.get(name)?.leave();
    throw error;
  }
}

function planAll(
  subjects: readonly SnapshotSubject[],
  writers: readonly DiscoveredContainer[],
): readonly PlannedWriter[] {
  return planWriters(writers, (container) => {
    const own = subjects.filter((subject) => subject.writers.some(({ id }) => id === container));
    return own.reduce((sum, { source }) => sum + (surveyTree(source, SIZE_LIMITS)?.sizeBytes ?? 0), 0);
  });
}

/** Says in the record who wrote, before anything is stored. */
async function begin(
  deps: TakeSnapshotDeps,
  subject: SnapshotSubject,
  running: readonly PlannedWriter[],
  turn: TargetTurn | undefined,
): Promise<Part> {
  const { record, repository, actor } = deps;
  const { settings } = repository;
  const about = { volume: subject.name, repository: { name: settings.name, id: settings.id } };
  const stream = targetStream(subject.name);
  const who = await whoWrote(deps, subject);
  const events = [{ type: 'snapshot.started', data: { ...about, ...who.data } }] as const;
  const key = turn === undefined ? {} : { key: turn.key };
  const begun = await record.ledger.append({ stream, events, actor, ...key });
  const ids = new Set(subject.writers.map(({ id }) => id));
  return {
    ...{ subject, who, about },
    probed: await probeWriters(deps.engine, subject.name, subject.writers),
    running: running.filter(({ container }) => ids.has(container.id)),
    started: begun.kind === 'appended' ? begun.position : 0,
    // Always the same place for a target: earlier snapshots are found by their paths.
    staging: join(record.home.directory, 'staging', settings.name, stagingName(subject.name)),
  };
}

/** While this lasts, a signal ends the work, and not the process: what is owed is still done. */
async function interruptible<T>(
  { engine, environment, ending: asked }: TakeSnapshotDeps,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const ending = new AbortController();
  let by: string | undefined;
  const end = (signal: string) => {
    by ??= signal;
    ending.abort();
  };
  const endAsked = () => end(String(asked?.reason));
  asked?.addEventListener('abort', endAsked);
  const unlisten = holdDeps(engine, environment).onSignal(end);
  try {
    // It may have come before anybody listened.
    if (asked?.aborted === true) endAsked();
    return await work(ending.signal);
  } catch (error) {
    if (by === undefined) throw error;
    throw new HoldfastError('SNAPSHOT_INTERRUPTED', `It was ended by ${by}; everything runs again`, { cause: error });
  } finally {
    unlisten();
    asked?.removeEventListener('abort', endAsked);
  }
}
