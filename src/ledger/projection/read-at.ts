import type { Digest } from '#core/digest.ts';
import type { EventCatalogue } from '#ledger/catalogue.ts';
import type { LedgerEvent } from '#ledger/event.ts';
import { changesBy, handled } from '#ledger/projection/apply-events.ts';
import { rowKey } from '#ledger/projection/generation-tables.ts';
import type { Evidence, Row, StateProjection, TableProjection } from '#ledger/projection/projection.ts';

type Events = AsyncIterable<LedgerEvent> | Iterable<LedgerEvent>;

/** What a state projection made of these events, and nothing else. */
export async function replayState<State>(
  projection: StateProjection<State>,
  events: Events,
  catalogue: EventCatalogue,
): Promise<State> {
  let state = projection.initial;
  for await (const event of events) {
    const one = handled(projection, event, catalogue);
    if (one?.kind === 'known') state = projection.apply(state, one.event);
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
    const one = handled(projection, event, catalogue);
    if (one === undefined) continue;
    const wanted = one.kind === 'known' ? (projection.evidence?.(one.event) ?? []) : [];
    const there = ({ unless }: Evidence) =>
      unless !== undefined && tables.get(unless.table)?.has(rowKey(projection, unless)) === true;
    const seen = await Promise.all(wanted.map((evidence) => (there(evidence) ? 'known' : blob(evidence.digest))));
    for (const change of changesBy(projection, one.kind === 'known' ? { ...one, seen } : one)) {
      const rows = tables.get(change.table);
      const key = rowKey(projection, change);
      if (change.kind === 'put' || rows?.has(key) === false) rows?.set(key, change.row);
    }
  }
  return new Map([...tables].map(([name, rows]) => [name, [...rows.values()]]));
}
