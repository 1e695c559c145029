import { refuse } from '#base/engine/answers.ts';
import type { Engine, EngineStream } from '#base/engine/engine.ts';
import { linesOf } from '#base/process/lines.ts';
import { isObject, optionalString, stringMap } from '#core/oci/json.ts';

/** Something that an engine says has happened. */
export interface EngineEvent {
  /** `container`, `volume`, `image` … */
  readonly kind: string;
  /** `create`, `start`, `destroy` …; without what follows a colon, which may be a command line. */
  readonly action: string;
  /** Of the container, the volume …; Podman leaves it empty where it has only a name. */
  readonly id: string;
  /** Nanoseconds since 1970 by the engine's clock, decimal: more digits than a number holds. */
  readonly atNano: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** Events as they happen. Its loop ends with the engine's stream, and throws `ENGINE_FAILED` where that is cut off. */
export interface EventStream extends AsyncIterable<EngineEvent> {
  close(): void;
}

const LINE_LIMIT_BYTES = 1024 * 1024;
const PAST_LIMIT_EVENTS = 200_000;
const PAST_LIMIT_MS = 10_000;

/**
 * `GET /events`: what the engine remembers since a moment, oldest first, and then whatever happens. Docker remembers the
 * last 256 events of all kinds until it is restarted; Podman as much as its log holds.
 * @throws `ENGINE_FAILED`, `ENGINE_UNREACHABLE`, `ENGINE_DENIED`
 */
export async function followEvents(engine: Engine, sinceNano: bigint): Promise<EventStream> {
  const path = `/events?since=${stamp(sinceNano)}`;
  const stream = await engine.stream(path);
  if (stream === undefined) throw refuse(path)('there is none');
  return { [Symbol.asyncIterator]: () => eventsOf(stream), close: () => stream.close() };
}

/**
 * `GET /events` up to now: all that the engine remembers since a moment, in the order in which it was told.
 * @throws `ENGINE_FAILED` also when the engine did not come to the end, as one whose clock is behind does not,
 * `ENGINE_UNREACHABLE`, `ENGINE_DENIED`
 */
export async function pastEvents(engine: Engine, sinceNano: bigint, now: Date): Promise<readonly EngineEvent[]> {
  // Podman follows its log until the end of time, or gives up before it has read any of it; told so, it only reads.
  const end = engine.podman ? 'stream=false' : `until=${(now.getTime() / 1000).toFixed(3)}`;
  const path = `/events?since=${stamp(sinceNano)}&${end}`;
  const stream = await engine.stream(path);
  if (stream === undefined) throw refuse(path)('there is none');
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    stream.close();
  }, PAST_LIMIT_MS);
  const events: EngineEvent[] = [];
  try {
    for await (const event of eventsOf(stream)) {
      events.push(event);
      if (events.length > PAST_LIMIT_EVENTS) throw refuse(path)('there is no end to it');
    }
  } catch (error) {
    throw late ? refuse(path)('it did not end in time') : error;
  } finally {
    clearTimeout(timer);
    stream.close();
  }
  if (late) throw refuse(path)('it did not end in time');
  return events;
}

/** Seconds since 1970 with nanoseconds. */
function stamp(nano: bigint): string {
  return `${nano / 1_000_000_000n}.${String(nano % 1_000_000_000n).padStart(9, '0')}`;
}

async function* eventsOf(stream: EngineStream): AsyncGenerator<EngineEvent> {
  for await (const line of linesOf(stream, LINE_LIMIT_BYTES)) {
    const event = eventOf(line);
    if (event !== undefined) yield event;
  }
}

/** @throws `ENGINE_FAILED` for what is no event: a line that is passed over would be an event that is lost */
function eventOf(line: string): EngineEvent | undefined {
  if (line.trim() === '') return undefined;
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw refuse('/events')('a line is not JSON');
  }
  // The number has more digits than JSON.parse keeps. Inside of strings its quotes would have backslashes.
  const atNano = [...line.matchAll(/"timeNano":(\d{1,20})/g)].at(-1)?.[1];
  if (!isObject(value) || !isObject(value['Actor']) || atNano === undefined) {
    throw refuse('/events')('a line is no event');
  }
  const action = optionalString(value, 'Action') ?? '';
  return {
    kind: optionalString(value, 'Type') ?? '',
    action: (action.split(':', 1)[0] ?? '').trim(),
    id: optionalString(value['Actor'], 'ID') ?? '',
    atNano,
    attributes: stringMap(value['Actor']['Attributes']),
  };
}
