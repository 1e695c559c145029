import type { Digest } from '#core/digest.ts';
import type { EventCatalogue } from '#ledger/catalogue.ts';
import type { LedgerEvent } from '#ledger/event.ts';
import { handled } from '#ledger/projection/apply-events.ts';
import { rowKey } from '#ledger/projection/generation-tables.ts';
import type { Row, StateProjection, TableProjection } from '#ledger/projection/projection.ts';

type Events = AsyncIterable<LedgerEvent> | Iterable<LedgerEvent>;

/** What a state projection made of these events, and nothing else. */
export async function replayState<State>(
  projection: StateProjection<State>,
  events: Events,
  catalogue: EventCatalogue,
): Promise<State> {
  let state = projection.initial;
  for await (const event of events) {
    for (const one of handled(projection, [event], catalogue)) state = projection.apply(state, one);
  }
  return state;
}

/** The same for tables: each table's rows, in the order in which they first came. */
export async function replayTables(
  projection: TableProjection,
  events: Events,
  catalogue: EventCatalogue,
  blob: (digest: Digest) => Promise<Buffer | undefined>,
): Promise<ReadonlyMap<string, readonly Row[]>> {
  const tables = new Map(Object.keys(projection.tables).map((name) => [name, new Map<string, Row>()]));
  for await (const event of events) {
    for (const one of handled(projection, [event], catalogue)) {
      const evidence = await Promise.all((projection.evidence?.(one) ?? []).map(blob));
      for (const change of projection.apply(one, evidence)) {
        const rows = tables.get(change.table);
        const key = rowKey(projection, change);
        if (change.kind === 'put' || rows?.has(key) === false) rows?.set(key, change.row);
      }
    }
  }
  return new Map([...tables].map(([name, rows]) => [name, [...rows.values()]]));
}
