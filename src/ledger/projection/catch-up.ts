import type { Database } from '#base/database/database.ts';
import type { Digest } from '#core/digest.ts';
import type { EventCatalogue } from '#ledger/catalogue.ts';
import type { LedgerEvent } from '#ledger/event.ts';
import { applyEvents } from '#ledger/projection/apply-events.ts';
import { prepare } from '#ledger/projection/evidence.ts';
import {
  beginGeneration,
  type Generation,
  generationsOf,
  serveGeneration,
  servingGeneration,
} from '#ledger/projection/generations.ts';
import type { Projection } from '#ledger/projection/projection.ts';
import { readHead } from '#ledger/store/head.ts';
import { readEvents } from '#ledger/store/read-events.ts';
import type { LedgerTables } from '#ledger/store/tables.ts';

export interface CatchUpDeps {
  readonly database: Database<LedgerTables>;
  readonly catalogue: EventCatalogue;
  /** `undefined` where the blob is missing or damaged. */
  readonly blob: (digest: Digest) => Promise<Buffer | undefined>;
}

/** Events of one transaction: writers wait no longer than it takes to apply these. */
const EVENTS_AT_ONCE = 500;

/**
 * Brings a projection to the head. One that serves goes on from its cursor; a version that is not there yet is built
 * beside the one that serves and takes its place when it has come to the head. Killed at any moment, the next call goes
 * on; several processes may do it at once.
 * @throws `LEDGER_PROJECTION_NEWER`
 */
export async function catchUp(deps: CatchUpDeps, projection: Projection): Promise<void> {
  let generation = await deps.database.read((query) => servingGeneration(query, projection));
  generation ??= await deps.database.write(async (query) => {
    const begun = (await generationsOf(query, projection.id)).find(
      ({ serving, version }) => !serving && version === projection.version,
    );
    return begun ?? beginGeneration(query, deps.database.engine, projection);
  });
  await follow(deps, projection, generation);
}

/** Builds a projection anew from the first event on, while what there is goes on serving. */
export async function rebuild(deps: CatchUpDeps, projection: Projection): Promise<void> {
  await deps.database.read((query) => servingGeneration(query, projection));
  const begun = await deps.database.write((query) => beginGeneration(query, deps.database.engine, projection));
  await follow(deps, projection, begun);
}

async function follow(deps: CatchUpDeps, projection: Projection, begun: Generation): Promise<void> {
  let next: Generation | undefined = begun;
  while (next !== undefined) {
    const { position }: Generation = next;
    const events = await someEvents(deps.database, position);
    const prepared = await prepare(deps, projection, begun.generation, events);
    next = await deps.database.write(async (query): Promise<Generation | undefined> => {
      const now = (await generationsOf(query, projection.id)).find(({ generation }) => generation === begun.generation);
      // Somebody else removed it, as theirs came to serve: that one is as good.
      if (now === undefined) return undefined;
      const head = (await readHead(query)).range.size;
      // Somebody else applied these events meanwhile.
      if (now.position !== position) return now.position === head && now.serving ? undefined : now;
      const reached = events.at(-1)?.position ?? position;
      if (reached > position) await applyEvents(query, projection, now, prepared, reached);
      if (reached < head) return { ...now, position: reached };
      if (!now.serving) await serveGeneration(query, deps.database.engine, projection.id, now.generation);
      return undefined;
    });
  }
}

async function someEvents(database: Database<LedgerTables>, after: number): Promise<readonly LedgerEvent[]> {
  const events: LedgerEvent[] = [];
  for await (const event of readEvents(database, { after }, 'oldest-first', EVENTS_AT_ONCE)) {
    events.push(event);
    if (events.length === EVENTS_AT_ONCE) break;
  }
  return events;
}
