import type { Kysely } from 'kysely';
import type { EventCatalogue } from '#ledger/catalogue.ts';
import type { LedgerEvent } from '#ledger/event.ts';
import { applyChanges } from '#ledger/projection/generation-tables.ts';
import { type Generation, moveGeneration } from '#ledger/projection/generations.ts';
import type { Change, ProjectedEvent, Projection, TableProjection } from '#ledger/projection/projection.ts';
import type { LedgerTables } from '#ledger/store/tables.ts';

/** An event with the blobs that a projection asked for. */
export interface Prepared {
  readonly event: ProjectedEvent;
  readonly evidence: readonly (Buffer | undefined)[];
}

/** The events that a projection handles and whose data it can rely on. */
export function handled(
  projection: Pick<Projection, 'handles'>,
  events: readonly LedgerEvent[],
  catalogue: EventCatalogue,
): readonly ProjectedEvent[] {
  return events.flatMap((event) => {
    if (!projection.handles.includes(event.type)) return [];
    const known = catalogue.known(event);
    return known === undefined ? [] : [{ ...event, known: known.data }];
  });
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
    for (const { event } of prepared) state = projection.apply(state, event);
    await moveGeneration(query, generation, position, JSON.stringify(state));
    return;
  }
  await applyChanges(query, projection, generation.generation, changesOf(projection, prepared));
  await moveGeneration(query, generation, position, null);
}

function* changesOf(projection: TableProjection, prepared: readonly Prepared[]): Generator<Change> {
  for (const { event, evidence } of prepared) yield* projection.apply(event, evidence);
}
