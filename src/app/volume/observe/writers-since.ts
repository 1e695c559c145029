import { setTimeout as sleep } from 'node:timers/promises';
import type { OpenRecord } from '#app/home/open-record.ts';
import { type Heartbeat, readHeartbeat } from '#app/volume/observe/heartbeat.ts';
import { engineKey, lookAtContainer } from '#app/volume/observe/look-at-container.ts';
import { newestWatch, recordedWriters, writersOnRecord } from '#app/volume/observe/recorded.ts';
import type { Engine } from '#base/engine/engine.ts';
import { type EngineEvent, pastEvents } from '#base/engine/engine-events.ts';
import { holderState, thisProcess } from '#volume/hold/holder.ts';
import { askSince, type Cursor, cursorAt, eventsAfter, isAt } from '#volume/observe/cursor.ts';
import type { WriterSeen } from '#volume/observe/events.ts';
import { type IntervalWriters, type Unknown, type WrittenTarget, writersIn } from '#volume/observe/interval.ts';
import { emptyRoll, noteLook, takeEvent } from '#volume/observe/roll.ts';
import { goneContainer, type SeenContainer } from '#volume/observe/seen-container.ts';

export interface WritersDeps {
  readonly record: Pick<OpenRecord, 'ledger' | 'catalogue' | 'home'>;
  readonly engine: Engine;
  readonly now: () => Date;
}

/** Since when it is asked who wrote. */
export interface WrittenSince extends WrittenTarget {
  /** Position of the `snapshot.started` of the snapshot before; absent for the first one. */
  readonly since?: number;
}

/** A living observer takes what has just happened in within a second or two. */
const CATCH_UP_MS = 5_000;
const LOOK_MS = 200;

/**
 * Who may have written to volumes or directories since their last snapshot and is known to the observer: beside those that
 * the engine lists now, which are to be listed before this is asked. `unknown` is empty only when nobody can have been
 * missed: the observer was there without a gap, or the engine proves that nothing happened meanwhile.
 * @throws `LEDGER_*`, `DATABASE_*`; an engine that does not answer is a reason in `unknown`
 */
export async function writersSince(deps: WritersDeps, asked: WrittenSince): Promise<IntervalWriters> {
  const { record, engine } = deps;
  const key = await engineKey(engine).catch(() => undefined);
  if (key === undefined) return { writers: [], unknown: ['engine-not-asked'] };
  // In this order: what is not yet on the ledger by the heartbeat is among the engine's events.
  const recent = await recentEvents(deps, key);
  const watch = await newestWatch(record, key);
  const first = asked.since === undefined ? firstUnknown(watch?.volumes, watch?.volumesWhole, asked) : [];
  const from = asked.since ?? (watch === undefined ? 0 : watch.position);
  const covered = watch !== undefined && recent.watch === watch.watch && watch.position <= from;
  // Those that are there, and all that went meanwhile.
  const there = await writersOnRecord(record, key);
  const seen: WriterSeen[] = [...there.values()].map((one) => ({ ...one, what: 'appeared' }));
  for await (const one of recordedWriters(record, key, from)) seen.push(one);
  seen.push(...(await lookInto(engine, there, recent.events)));
  const found = writersIn(seen, asked);
  const gap: readonly Unknown[] = recent.unknown.length === 0 && !covered ? ['gap'] : [];
  return { writers: found.writers, unknown: [...recent.unknown, ...gap, ...first, ...found.unknown] };
}

/** A first snapshot's writers are known when all that is in it was made before the observer's eyes. */
function firstUnknown(
  there: readonly string[] | undefined,
  whole: boolean | undefined,
  { volumes, paths }: WrittenTarget,
): readonly Unknown[] {
  const made = whole === true && volumes.length > 0 && volumes.every((name) => there?.includes(name) === false);
  // Directories of the host may have been there for ever, unless they are the volumes' own.
  return made && paths.length <= volumes.length ? [] : ['no-snapshot-before'];
}

interface Recent {
  readonly watch?: string;
  /** Not yet on the ledger, oldest first. */
  readonly events: readonly EngineEvent[];
  readonly unknown: readonly Unknown[];
}

/**
 * What happened after the observer wrote last, up to now; a living one is given the time to take it in. What happens after
 * that belongs to those who ask later.
 */
async function recentEvents({ record, engine, now }: WritersDeps, key: string): Promise<Recent> {
  const until = performance.now() + CATCH_UP_MS;
  let goal: Cursor | undefined;
  for (;;) {
    const heartbeat = readHeartbeat(record.home, key);
    if (heartbeat === undefined) return { events: [], unknown: ['not-observed'] };
    const { watch, cursor } = heartbeat;
    if (cursor === null) return { watch, events: [], unknown: ['events-lost'] };
    let past: readonly EngineEvent[];
    try {
      past = await pastEvents(engine, askSince(cursor, engine.podman, now()), now());
    } catch {
      return { watch, events: [], unknown: ['engine-not-asked'] };
    }
    const after = eventsAfter(past, cursor);
    if (after === undefined) return { watch, events: [], unknown: ['events-lost'] };
    const last = after.findLast(({ kind, action }) => kind === 'container' && CHANGES.has(action));
    goal ??= last && cursorAt(last);
    const to = goal;
    const at = to === undefined ? -1 : after.findIndex((event) => isAt(event, to));
    if (at < 0) return { watch, events: [], unknown: [] };
    if (performance.now() > until || !lives(heartbeat)) return { watch, events: after.slice(0, at + 1), unknown: [] };
    await sleep(LOOK_MS);
  }
}

const CHANGES: ReadonlySet<string> = new Set(['create', 'restore', 'destroy', 'remove']);

function lives({ holder }: Heartbeat): boolean {
  return holderState(holder, thisProcess()) !== 'dead';
}

/** Takes events in as the observer would, without telling the ledger: that is the observer's business. */
async function lookInto(
  engine: Engine,
  there: ReadonlyMap<string, SeenContainer>,
  events: readonly EngineEvent[],
): Promise<readonly WriterSeen[]> {
  const roll = emptyRoll(there.values());
  const seen: WriterSeen[] = [];
  for (const event of events) {
    const step = takeEvent(roll, event);
    if (step.kind === 'seen') seen.push(step.writer);
    if (step.kind !== 'look') continue;
    const found = await lookAtContainer(engine, event.id).catch(() => 'gone' as const);
    const noted = noteLook(roll, event, found);
    if (noted !== undefined) seen.push(noted);
  }
  for (const [id, { attributes, mounts }] of roll.missed) {
    seen.push({ ...goneContainer(id, attributes, mounts), what: 'removed' });
  }
  return seen;
}
