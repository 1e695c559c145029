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

/**
 * `GET /events` up to now: what the engine still remembers of some containers, oldest first. Docker keeps the last 256
 * events of all kinds, and forgets them when it is restarted: an empty list proves nothing.
 * @throws `ENGINE_FAILED`, `ENGINE_UNREACHABLE`, `ENGINE_DENIED`
 */
export async function rememberedEvents(
  engine: Engine,
  containers: readonly string[],
  sinceSeconds: number,
  untilSeconds: number,
): Promise<readonly ContainerEvent[]> {
  const filters = encodeURIComponent(JSON.stringify({ type: ['container'], container: containers }));
  const body = await engine.read(
    `/events?since=${Math.floor(sinceSeconds)}&until=${Math.ceil(untilSeconds)}&filters=${filters}`,
  );
  if (body === undefined || body.length > LIMIT_BYTES) return [];
  return body.toString('utf8').split('\n').flatMap(eventOf);
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
