import type { Database } from '#base/database/database.ts';
import type { EventDeclaration } from '#core/event-declaration.ts';
import { eventCatalogue } from '#ledger/catalogue.ts';
import type { AppendRequest } from '#ledger/event.ts';
import { type AppendPhase, type Ledger, openLedger } from '#ledger/ledger.ts';
import type { Signer } from '#ledger/note/keys.ts';
import type { StateProjection } from '#ledger/projection/projection.ts';
import type { LedgerTables } from '#ledger/store/tables.ts';

interface Counted {
  readonly name: string;
}

const counted: EventDeclaration<'test.counted', Counted> = {
  type: 'test.counted',
  schemaVersion: 1,
  parse: (data) => data as Counted,
  upcasts: [],
  summarise: ({ name }) => ({ subject: name, outcome: 'done', sentence: name }),
};

/** How many events there are, kept in their own transactions. */
const total: StateProjection<number> = {
  kind: 'state',
  id: 'total',
  version: 1,
  handles: ['test.counted'],
  when: 'in-append',
  initial: 0,
  apply: (state) => state + 1,
};

/** A ledger of one kind of event, with a read model that is torn when a commit is. */
export function openCounted(
  database: Database<LedgerTables>,
  signer: Signer,
  onPhase: (phase: AppendPhase) => void = () => undefined,
): Ledger {
  return openLedger({
    ...{ database, signer, onPhase, catalogue: eventCatalogue([counted]), now: () => new Date() },
    projections: [total as unknown as StateProjection<never>],
    blob: async () => undefined,
  });
}

/** An append that is told from all others by its name. */
export function countOf(name: string, stream: string): AppendRequest {
  return { stream, actor: 'test', events: [{ type: 'test.counted', data: { name } }] };
}
