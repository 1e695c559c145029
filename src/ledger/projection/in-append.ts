import type { Kysely } from 'kysely';
import { HoldfastError } from '#core/errors.ts';
import type { EventCatalogue } from '#ledger/catalogue.ts';
import type { LedgerEvent } from '#ledger/event.ts';
import { allHandled, applyEvents } from '#ledger/projection/apply-events.ts';
import { servingGeneration } from '#ledger/projection/generations.ts';
import type { Projection } from '#ledger/projection/projection.ts';
import type { LedgerTables } from '#ledger/store/tables.ts';

/**
 * Brings the projections that decisions depend on along with the events, in the same transaction: neither is ever seen
 * without the other.
 * @throws `LEDGER_PROJECTION_BEHIND` where one has not been built; `LEDGER_PROJECTION_NEWER`
 */
export async function applyInAppend(
  query: Kysely<LedgerTables>,
  projections: readonly Projection[],
  events: readonly LedgerEvent[],
  catalogue: EventCatalogue,
): Promise<void> {
  const [first] = events;
  const last = events.at(-1);
  if (first === undefined || last === undefined) return;
  for (const projection of projections) {
    const generation = await servingGeneration(query, projection);
    if (generation?.position !== first.position - 1) {
      throw new HoldfastError(
        'LEDGER_PROJECTION_BEHIND',
        `The read model ${projection.id} is not at the record's end`,
        {
          hint: 'holdfast ledger rebuild makes it anew.',
        },
      );
    }
    const prepared = allHandled(projection, events, catalogue).map((one) => ({ ...one, seen: [] }));
    await applyEvents(query, projection, generation, prepared, last.position);
  }
}
