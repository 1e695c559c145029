import type { Engine } from '#base/engine/engine.ts';
import { isObject, optionalString } from '#core/oci/json.ts';

/** Something that happened to a container. */
export interface ContainerEvent {
  /** `pause`, `kill`, `die` … */
  readonly action: string;
  readonly container: string;
  /** Seconds since 1970 by the engine's clock. */
  readonly atSeconds: number;
}

const LIMIT_BYTES = 4 * 1024 * 1024;
/** What is remembered comes at once; an engine whose clock is behind waits for the end of the time that was asked for. */
const LIMIT_MS = 1_000;

/**
 * `GET /events` up to now: what the engine still remembers of some containers, oldest first. Docker keeps the last 256
 * events of all kinds, and forgets them when it is restarted: an empty list proves nothing.
 * @throws `ENGINE_FAILED`, `ENGINE_UNREACHABLE`, `ENGINE_DENIED`
 */
export async function rememberedEvents(
  engine: Engine,
  containers: readonly string[],
  since: Date,
  until: Date,
): Promise<readonly ContainerEvent[]> {
  const filters = encodeURIComponent(JSON.stringify({ type: ['container'], container: containers }));
  const stream = await engine.stream(`/events?since=${stamp(since)}&until=${stamp(until)}&filters=${filters}`);
  if (stream === undefined) return [];
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    stream.close();
  }, LIMIT_MS);
  try {
    for await (const chunk of stream) {
      sizeBytes += chunk.length;
      if (sizeBytes > LIMIT_BYTES) break;
      chunks.push(chunk);
    }
  } catch (error) {
    if (!late) throw error;
  } finally {
    clearTimeout(timer);
  }
  return Buffer.concat(chunks).toString('utf8').split('\n').flatMap(eventOf);
}

/** Seconds since 1970, with a fraction. */
function stamp(at: Date): string {
  return (at.getTime() / 1000).toFixed(3);
}

function eventOf(line: string): readonly ContainerEvent[] {
  try {
    const value: unknown = JSON.parse(line);
    if (!isObject(value) || !isObject(value['Actor'])) return [];
    const action = optionalString(value, 'Action');
    const container = optionalString(value['Actor'], 'ID');
    const at = value['time'];
    if (action === undefined || container === undefined || typeof at !== 'number') return [];
    return [{ action, container, atSeconds: at }];
  } catch {
    return [];
  }
}
