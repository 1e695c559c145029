import type { Kysely } from 'kysely';
import type { EventCatalogue } from '#ledger/catalogue.ts';
import type { LedgerEvent } from '#ledger/event.ts';
import { applyChanges } from '#ledger/projection/generation-tables.ts';
import { type Generation, moveGeneration } from '#ledger/projection/generations.ts';
import type { Change, ProjectedEvent, Projection, Seen, TableProjection } from '#ledger/projection/projection.ts';
import type { LedgerTables } from '#ledger/store/tables.ts';

/** An event with the blobs that a projection asked for, or one that cannot be read. */
export type Prepared =
  | { readonly kind: 'known'; readonly event: ProjectedEvent; readonly seen: readonly Seen[] }
  | { readonly kind: 'unreadable'; readonly event: LedgerEvent };

/** The events that a projection handles. */
export type Handled =
  | { readonly kind: 'known'; readonly event: ProjectedEvent }
  | { readonly kind: 'unreadable'; readonly event: LedgerEvent };

/** The event, with its data where this program can rely on it; `undefined` where the projection does not handle its kind. */
export function handled(
  { handles }: Pick<Projection, 'handles'>,
  event: LedgerEvent,
  catalogue: EventCatalogue,
): Handled | undefined {
  if (!handles.includes(event.type)) return undefined;
  const known = catalogue.known(event);
  return known === undefined ? { kind: 'unreadable', event } : { kind: 'known', event: projected(event, known.data) };
}

/** The same of many events, without those of other kinds. */
export function allHandled(
  projection: Pick<Projection, 'handles'>,
  events: readonly LedgerEvent[],
  catalogue: EventCatalogue,
): readonly Handled[] {
  return events.flatMap((event) => handled(projection, event, catalogue) ?? []);
}

/** Member by member: a spread takes longer than all else that is done with an event. */
function projected(event: LedgerEvent, known: unknown): ProjectedEvent {
  const { position, stream, version, type, schemaVersion, data, metadata, actor, at, key, previous } = event;
  return { position, stream, version, type, schemaVersion, data, metadata, actor, at, key, previous, known };
}

/** Applies events to a generation and moves it to `position`. Inside a write transaction. */
export async function applyEvents(
  query: Kysely<LedgerTables>,
  projection: Projection,
  generation: Generation,
  prepared: readonly Prepared[],
  position: number,
): Promise<void> {
  if (projection.kind === 'state') {
    let state = JSON.parse(generation.state ?? 'null') as never;
    for (const one of prepared) if (one.kind === 'known') state = projection.apply(state, one.event);
    await moveGeneration(query, generation, position, JSON.stringify(state));
    return;
  }
  await applyChanges(query, projection, generation.generation, changesOf(projection, prepared));
  await moveGeneration(query, generation, position, null);
}

function* changesOf(projection: TableProjection, prepared: readonly Prepared[]): Generator<Change> {
  for (const one of prepared) yield* changesBy(projection, one);
}

/** What one event does to a projection's tables. */
export function changesBy(projection: TableProjection, prepared: Prepared): Iterable<Change> {
  if (prepared.kind === 'known') return projection.apply(prepared.event, prepared.seen);
  return projection.unreadable?.(prepared.event) ?? [];
}
