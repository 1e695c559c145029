import { randomBytes } from 'node:crypto';
import type { OpenRecord } from '#app/home/open-record.ts';
import { type EventQueue, queueOf } from '#app/volume/observe/event-queue.ts';
import { type Heartbeat, readHeartbeat, writeHeartbeat } from '#app/volume/observe/heartbeat.ts';
import { engineKey, lookAtContainer } from '#app/volume/observe/look-at-container.ts';
import { watchPace } from '#app/volume/observe/pace.ts';
import { isEnded, newestWatch, writersOnRecord } from '#app/volume/observe/recorded.ts';
import { list } from '#base/engine/answers.ts';
import type { Engine } from '#base/engine/engine.ts';
import { type EngineEvent, followEvents, pastEvents } from '#base/engine/engine-events.ts';
import { listVolumes } from '#volume/discover/engine/list-volumes.ts';
import { type Holder, isSameHolder } from '#volume/hold/holder.ts';
import { askSince, type Cursor, cursorAt, eventsAfter, isAt } from '#volume/observe/cursor.ts';
import { inBatches, type ObserverEnded, type WriterSeen } from '#volume/observe/events.ts';
import { emptyRoll, noteLook, type Roll, takeEvent } from '#volume/observe/roll.ts';
import { goneContainer } from '#volume/observe/seen-container.ts';

export interface ObserveDeps {
  readonly record: Pick<OpenRecord, 'ledger' | 'catalogue' | 'home'>;
  readonly engine: Engine;
  readonly actor: string;
  readonly now: () => Date;
  readonly signal: AbortSignal;
  /** This process. */
  readonly self: Holder;
  /** Told once everything is set up, and whether nothing was missed since the run before. */
  readonly onWatching?: (continued: boolean) => void;
}

/** The heartbeat follows what happens within this time, so that another process finds the end of it. */
const TAKE_MS = 1_000;
/** With nothing to tell, it still says that the observer lives. */
const IDLE_BEAT_MS = 30_000;
/** What was gone when it was looked at, and is not told to be removed within this time, is told as it is known. */
const MISSED_MS = 30_000;
const MOST_NAME_BYTES = 30 * 1024;

interface Watch {
  readonly id: string;
  readonly key: string;
  readonly roll: Roll;
  cursor: Cursor | null;
}

/**
 * Watches an engine until the signal: who may write somewhere is on the ledger moments after it came or went. Ends with an
 * error when the engine's stream breaks; called again, it goes on where the engine can prove that nothing was missed, and
 * begins a new watch where it cannot.
 * @throws `ENGINE_*`, `OBSERVER_*`, `LEDGER_*`, `DATABASE_*`, `FILE_NOT_WRITTEN`
 */
export async function observeEngine(deps: ObserveDeps): Promise<void> {
  const { engine, record, now, signal } = deps;
  const key = await engineKey(engine);
  const before = readHeartbeat(record.home, key);
  const since = askSince(before?.cursor ?? null, engine.podman, now());
  // First the stream, then what is remembered: nothing falls between them.
  const queue = queueOf(await followEvents(engine, since));
  const stop = () => queue.close();
  signal.addEventListener('abort', stop, { once: true });
  try {
    const past = await pastEvents(engine, since, now());
    const known = await newestWatch(record, key);
    // A ledger that was put back from a backup knows of another watch.
    const whole = before?.cursor != null && eventsAfter(past, before.cursor) !== undefined;
    const goesOn = whole && known?.watch === before.watch;
    const newest = past.at(-1);
    const watch: Watch = {
      id: goesOn ? before.watch : randomBytes(8).toString('hex'),
      key,
      cursor: goesOn ? before.cursor : newest === undefined ? null : cursorAt(newest),
      roll: emptyRoll((await writersOnRecord(record, key)).values()),
    };
    await begin(deps, watch, before, goesOn);
    await takeListing(deps, watch);
    await beat(deps, watch);
    deps.onWatching?.(goesOn);
    await follow(deps, watch, queue);
    await end(deps, watch, 'stopped', now().toISOString());
  } finally {
    signal.removeEventListener('abort', stop);
    queue.close();
  }
}

/** Tells the ledger where a watch begins, or that it goes on after another process had it. */
async function begin(
  deps: ObserveDeps,
  { id, key }: Watch,
  before: Heartbeat | undefined,
  goesOn: boolean,
): Promise<void> {
  const { record, engine, actor } = deps;
  const dead = before !== undefined && !isSameHolder(before.holder, deps.self);
  if (before !== undefined && !(await isEnded(record, key, before.watch)) && (dead || !goesOn)) {
    await end(deps, { id: before.watch, key }, dead ? 'killed' : 'events-lost', before.at);
  }
  // A stream that broke and was proved whole is no news.
  if (goesOn && !dead && !(await isEnded(record, key, id))) return;
  const names = goesOn ? [] : (await listVolumes(engine)).map(({ name }) => name.toWellFormed());
  const volumes: string[] = [];
  let left = MOST_NAME_BYTES;
  for (const name of names) {
    left -= Buffer.byteLength(JSON.stringify(name)) + 1;
    if (left < 0) break;
    volumes.push(name);
  }
  const data = {
    ...{ watch: id, engine: key, address: engine.address.slice(0, 500), continued: goesOn, volumes },
    volumesWhole: volumes.length === names.length,
    ...(goesOn || before === undefined ? {} : { why: 'what happened before is not known' }),
  };
  await record.ledger.append({ stream: `observer:${key}`, events: [{ type: 'observer.started', data }], actor });
}

async function end(
  { record, engine, actor }: ObserveDeps,
  { id, key }: Pick<Watch, 'id' | 'key'>,
  why: ObserverEnded['why'],
  until: string,
): Promise<void> {
  const data: ObserverEnded = { watch: id, engine: key, address: engine.address.slice(0, 500), why, until };
  await record.ledger.append({ stream: `observer:${key}`, events: [{ type: 'observer.ended', data }], actor });
}

/** Brings the roll up to those that are there now. */
async function takeListing(deps: ObserveDeps, watch: Watch): Promise<void> {
  const { engine } = deps;
  const path = '/containers/json?all=true';
  const there = list((await engine.read(path)) ?? Buffer.from('[]'), path).flatMap(({ Id }) =>
    typeof Id === 'string' ? [Id] : [],
  );
  const seen: WriterSeen[] = [];
  for (const [id, writer] of watch.roll.writers) {
    if (there.includes(id)) continue;
    // It went while nobody watched; should an event tell of it as well, it is not among the roll any more.
    watch.roll.writers.delete(id);
    seen.push({ ...writer, what: 'removed' });
  }
  for (const id of there) {
    if (watch.roll.writers.has(id)) continue;
    const found = await lookAtContainer(engine, id);
    if (found === 'gone') continue;
    const noted = noteLook(watch.roll, { id, action: 'create', attributes: {} }, found);
    if (noted !== undefined) seen.push(noted);
  }
  await tell(deps, watch, seen);
}

async function follow(deps: ObserveDeps, watch: Watch, queue: EventQueue): Promise<void> {
  // What the engine repeats of the time before is passed over: it ends where the watch begins.
  let marker = watch.cursor;
  let beatAt = performance.now();
  let missedAt: number | undefined;
  const pace = watchPace();
  try {
    while (!deps.signal.aborted) {
      const events = await queue.take(TAKE_MS).catch((error: unknown) => {
        if (deps.signal.aborted) return [];
        throw error;
      });
      let fresh = events;
      if (marker !== null) {
        const from = marker;
        const at = events.findIndex((event) => isAt(event, from));
        fresh = at < 0 ? [] : events.slice(at + 1);
        if (at >= 0) marker = null;
      }
      await takeEvents(deps, watch, fresh);
      if (watch.roll.missed.size === 0) missedAt = undefined;
      else missedAt ??= performance.now();
      if (missedAt !== undefined && performance.now() - missedAt > MISSED_MS) await giveUpMissed(deps, watch);
      pace.refuseStall();
      const last = fresh.at(-1);
      // Of what is only half known the events are to be told again, should this process die now.
      if (last !== undefined && watch.roll.missed.size === 0) watch.cursor = cursorAt(last);
      if (last === undefined && performance.now() - beatAt < IDLE_BEAT_MS) continue;
      await beat(deps, watch);
      beatAt = performance.now();
    }
  } finally {
    pace.close();
  }
}

async function takeEvents(deps: ObserveDeps, watch: Watch, events: readonly EngineEvent[]): Promise<void> {
  const seen: WriterSeen[] = [];
  for (const event of events) {
    const step = takeEvent(watch.roll, event);
    if (step.kind === 'seen') seen.push(step.writer);
    if (step.kind !== 'look') continue;
    const noted = noteLook(watch.roll, event, await lookAtContainer(deps.engine, event.id));
    if (noted !== undefined) seen.push(noted);
  }
  // One that came and went between two turns is told once.
  const gone = new Set(seen.filter(({ what }) => what === 'removed').map(({ container }) => container));
  await tell(
    deps,
    watch,
    seen.filter(({ what, container }) => what === 'removed' || !gone.has(container)),
  );
}

async function giveUpMissed(deps: ObserveDeps, watch: Watch): Promise<void> {
  const { missed, others } = watch.roll;
  const seen = [...missed].map(
    ([id, { attributes, mounts }]): WriterSeen => ({ ...goneContainer(id, attributes, mounts), what: 'removed' }),
  );
  for (const id of missed.keys()) others.add(id);
  missed.clear();
  await tell(deps, watch, seen);
}

async function tell({ record, actor }: ObserveDeps, { id, key }: Watch, seen: readonly WriterSeen[]): Promise<void> {
  for (const batch of inBatches(seen)) {
    const data = { watch: id, engine: key, containers: batch };
    await record.ledger.append({ stream: `observer:${key}`, events: [{ type: 'writers.seen', data }], actor });
  }
}

function beat({ record, engine, now, self }: ObserveDeps, { id, key, cursor }: Watch): Promise<void> {
  const facts = { watch: id, engine: key, address: engine.address, cursor, holder: self };
  return writeHeartbeat(record.home, { ...facts, at: now().toISOString() });
}
