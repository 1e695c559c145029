import { setTimeout as delay } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import type { Database } from '#base/database/database.ts';
import type { Digest } from '#core/digest.ts';
import { HoldfastError } from '#core/errors.ts';
import type { EventCatalogue } from '#ledger/catalogue.ts';
import type { AppendRequest, AppendResult, LedgerEvent } from '#ledger/event.ts';
import type { Signer } from '#ledger/note/keys.ts';
import { prepareRequest } from '#ledger/prepare.ts';
import { catchUp, rebuild } from '#ledger/projection/catch-up.ts';
import { projectionTables } from '#ledger/projection/generation-tables.ts';
import { servingGeneration } from '#ledger/projection/generations.ts';
import { applyInAppend } from '#ledger/projection/in-append.ts';
import {
  type Projection,
  type ProjectionTables,
  type Row,
  type StateProjection,
  type TableProjection,
  tableName,
} from '#ledger/projection/projection.ts';
import { replayState, replayTables } from '#ledger/projection/read-at.ts';
import { type AppendedBatch, appendBatch, type ReadyRequest } from '#ledger/store/append-batch.ts';
import { keepCheckpoint } from '#ledger/store/checkpoints.ts';
import { groupCommit } from '#ledger/store/group-commit.ts';
import { type EventFilter, readEvents } from '#ledger/store/read-events.ts';
import type { LedgerTables } from '#ledger/store/tables.ts';

export interface LedgerDeps {
  readonly database: Database<LedgerTables>;
  readonly catalogue: EventCatalogue;
  readonly projections: readonly Projection[];
  readonly signer: Signer;
  readonly now: () => Date;
  /** `undefined` where the blob is missing or damaged. */
  readonly blob: (digest: Digest) => Promise<Buffer | undefined>;
  /** Told where an append stands. Only tests of faults listen. */
  readonly onPhase?: (phase: AppendPhase) => void;
}

/** Moments of an append, in their order. */
export type AppendPhase = 'begun' | 'inserted' | 'projected' | 'signed' | 'committed';

/** The record, open for appending. */
export interface Ledger {
  /**
   * Resolves when the events are durably recorded, or with a conflict. Callers at the same time share a commit.
   * @throws `LEDGER_EVENT_UNKNOWN`, `LEDGER_EVENT_INVALID`, `LEDGER_EVENT_TOO_LARGE`, `LEDGER_NAME_INVALID`, and `DATABASE_*`
   * when it could not be recorded
   */
  append(request: AppendRequest): Promise<AppendResult>;
  read(filter?: EventFilter, order?: 'oldest-first' | 'newest-first'): AsyncIterable<LedgerEvent>;
  /** Looks at a projection's tables as they are at the record's end; `table` gives their names. */
  look<T>(
    projection: TableProjection,
    work: (query: Kysely<ProjectionTables>, table: (name: string) => string) => Promise<T>,
  ): Promise<T>;
  /** What a read model said at a moment: all events up to a position, or those that clocks say are not later than a time. */
  readAt<State>(projection: StateProjection<State>, moment: Moment): Promise<State>;
  /** The same of tables: each table's rows. */
  rowsAt(projection: TableProjection, moment: Moment): Promise<ReadonlyMap<string, readonly Row[]>>;
  /** Builds projections anew, while what there is goes on serving. */
  rebuild(projections: readonly Projection[]): Promise<void>;
  /** Resolves when nothing waits to be recorded. The database stays open. */
  idle(): Promise<void>;
}

/** A moment of the record: a position, or a time (ISO 8601, UTC, milliseconds), both inclusive. */
export type Moment = { readonly position: number } | { readonly time: string };

/** How long an append goes on when the database's connection is lost. */
const RECONNECT_FOR_MS = 30_000;
const RECONNECT_WAIT_MS = 250;

export function openLedger(deps: LedgerDeps): Ledger {
  const { database, catalogue, projections, signer, now, onPhase } = deps;
  const inAppend = projections.filter(({ when }) => when === 'in-append');

  async function commit(requests: readonly ReadyRequest[]): Promise<AppendedBatch> {
    const batch = await database.write(async (query) => {
      onPhase?.('begun');
      // In turn: while this one waited, others may have recorded later times.
      const appended = await appendBatch(query, requests, now().toISOString());
      onPhase?.('inserted');
      if (appended.events.length === 0) return appended;
      await applyInAppend(query, inAppend, appended.events, catalogue);
      onPhase?.('projected');
      await keepCheckpoint(query, appended.head.range, signer);
      onPhase?.('signed');
      return appended;
    });
    onPhase?.('committed');
    return batch;
  }

  /** Every request has a key, so that doing it again after an unknown outcome records nothing twice. */
  async function commitSurely(requests: readonly ReadyRequest[]): Promise<readonly AppendResult[]> {
    const until = Date.now() + RECONNECT_FOR_MS;
    let built = false;
    let behind = false;
    for (;;) {
      try {
        if (behind) for (const projection of inAppend) await catchUp(deps, projection);
        behind = false;
        return (await commit(requests)).results;
      } catch (error) {
        const code = error instanceof HoldfastError ? error.code : undefined;
        if (code === 'LEDGER_PROJECTION_BEHIND' && !built) {
          behind = true;
          built = true;
        } else if (code === 'DATABASE_CONNECTION' && Date.now() < until) await delay(RECONNECT_WAIT_MS);
        else throw error;
      }
    }
  }

  const group = groupCommit(commitSurely);
  return {
    append: async (request) => group.submit(prepareRequest(request, catalogue)),
    read: (filter, order) => readEvents(database, filter, order),
    look: async (projection, work) => {
      await catchUp(deps, projection);
      return database.read(async (query) => {
        const generation = await servingGeneration(query, projection);
        return work(projectionTables(query), (name) => tableName(projection.id, generation?.generation ?? 0, name));
      });
    },
    readAt: async (projection, moment) =>
      replayState(projection, readEvents(database, await upTo(database, moment)), catalogue),
    rowsAt: async (projection, moment) =>
      replayTables(projection, readEvents(database, await upTo(database, moment)), catalogue, deps.blob),
    rebuild: async (chosen) => {
      for (const projection of chosen) await rebuild(deps, projection);
    },
    idle: () => group.idle(),
  };
}

/** Clocks step back and ahead: up to the last event that is not later, whatever stands between. */
async function upTo(database: Database<LedgerTables>, moment: Moment): Promise<EventFilter> {
  if ('position' in moment) return { before: moment.position + 1 };
  const row = await database.read((query) =>
    query
      .selectFrom('events')
      .select(({ fn }) => fn.max('position').as('position'))
      .where('at', '<=', moment.time)
      .executeTakeFirst(),
  );
  return { before: Number(row?.position ?? 0) + 1 };
}
