import * as z from 'zod/mini';
import type { EngineEvent } from '#base/engine/engine-events.ts';

export const cursorSchema = z.object({
  atNano: z.string().check(z.regex(/^\d{1,20}$/)),
  kind: z.string(),
  action: z.string(),
  id: z.string(),
});

/** The last event that was taken in. Where it is told again, nothing between it and what follows was lost. */
export type Cursor = z.infer<typeof cursorSchema>;

/** Programs that log at the same time may be in another order than their clocks. */
const MARGIN_NANO = 10_000_000_000n;
/** Podman has events of years; Docker the last 256, and of those the last is wanted, however old. */
const PODMAN_FIRST_NANO = 600_000_000_000n;

/** The place of an event in the engine's stream. */
export function cursorAt({ atNano, kind, action, id }: EngineEvent): Cursor {
  return { atNano, kind, action, id };
}

/** Whether an event is the one that a cursor stands at. */
export function isAt(event: EngineEvent, cursor: Cursor): boolean {
  return (
    event.atNano === cursor.atNano &&
    event.kind === cursor.kind &&
    event.action === cursor.action &&
    event.id === cursor.id
  );
}

/**
 * What came after a cursor, in the order in which it was told; undefined when the cursor is not among it, so that some may
 * be missing. Times play no part: clocks step.
 */
export function eventsAfter(events: readonly EngineEvent[], cursor: Cursor): readonly EngineEvent[] | undefined {
  const at = events.findIndex((event) => isAt(event, cursor));
  return at < 0 ? undefined : events.slice(at + 1);
}

/** Since when an engine is asked for its events, so that the cursor, or without one the newest event, is among them. */
export function askSince(cursor: Cursor | null, podman: boolean, now: Date): bigint {
  const since =
    cursor !== null
      ? BigInt(cursor.atNano) - MARGIN_NANO
      : podman
        ? BigInt(now.getTime()) * 1_000_000n - PODMAN_FIRST_NANO
        : 0n;
  return since > 1_000_000_000n ? since : 1_000_000_000n;
}
