import { type Kysely, sql } from 'kysely';
import { runKept } from '#base/database/kept-statement.ts';
import type { AppendRequest, AppendResult, JsonObject, LedgerEvent } from '#ledger/event.ts';
import { encodeLeaf, type LeafTexts } from '#ledger/leaf.ts';
import { type Head, readHead, writeHead } from '#ledger/store/head.ts';
import { eventRow, insertRows, keepNodesIn } from '#ledger/store/kept-rows.ts';
import type { EventsTable, LedgerTables, NodesTable } from '#ledger/store/tables.ts';
import { appendLeaf } from '#ledger/tree/compact-range.ts';
import { leafHash } from '#ledger/tree/hash.ts';

/** A request whose data have been checked, and whose key is made. */
export interface ReadyRequest extends Omit<AppendRequest, 'events' | 'key'> {
  readonly events: readonly ReadyEvent[];
  readonly key: string;
}

export interface ReadyEvent {
  readonly type: string;
  readonly schemaVersion: number;
  readonly data: JsonObject;
  readonly metadata: JsonObject;
  readonly texts: LeafTexts;
}

export interface AppendedBatch {
  /** One for each request, in order. */
  readonly results: readonly AppendResult[];
  /** New events, in order; empty when all were conflicts or repetitions. */
  readonly events: readonly LedgerEvent[];
  readonly head: Head;
}

/** Of a request's second and further events, whose keys must be unique too. */
function keyOf(key: string, index: number): string {
  return index === 0 ? key : `${key}#${index}`;
}

/**
 * Appends inside one write transaction: decides each request (repetition, conflict or place), adds the rows and the
 * tree's new nodes, and moves the head. Whether it is kept is for the transaction to say.
 */
export async function appendBatch(
  query: Kysely<LedgerTables>,
  requests: readonly ReadyRequest[],
  at: string,
): Promise<AppendedBatch> {
  const before = await readHead(query);
  const known = await knownKeys(query, requests);
  const versions = await streamVersions(query, requests);
  const results: AppendResult[] = [];
  const events: LedgerEvent[] = [];
  const rows: EventsTable[] = [];
  const nodes: NodesTable[] = [];
  let { range, lastHash } = before;
  const keepNode = keepNodesIn(nodes);
  for (const request of requests) {
    const { stream, actor, key, expectedVersion } = request;
    const first = known.get(key);
    if (first !== undefined) {
      results.push({ kind: 'appended', ...first, repeated: true });
      continue;
    }
    let version = versions.get(stream) ?? 0;
    if (expectedVersion !== undefined && expectedVersion !== version) {
      results.push({ kind: 'conflict', stream, expected: expectedVersion, actual: version });
      continue;
    }
    const place = { position: range.size + 1, version: version + 1 };
    results.push({ kind: 'appended', ...place, repeated: false });
    known.set(key, place);
    for (const [index, { type, schemaVersion, data, metadata, texts }] of request.events.entries()) {
      version += 1;
      const position = range.size + 1;
      const previous = lastHash.toString('hex');
      const event: LedgerEvent = {
        ...{ position, stream, version, type, schemaVersion, data, metadata },
        ...{ actor, at, key: keyOf(key, index), previous },
      };
      const leaf = encodeLeaf(event, texts);
      lastHash = leafHash(leaf);
      range = appendLeaf(range, lastHash, keepNode);
      events.push(event);
      rows.push(eventRow(event, leaf, lastHash));
    }
    versions.set(stream, version);
  }
  const head = { range, lastHash };
  if (rows.length === 0) return { results, events, head };
  await insertRows(query, rows, nodes);
  await writeHead(query, head);
  return { results, events, head };
}

async function knownKeys(query: Kysely<LedgerTables>, requests: readonly ReadyRequest[]) {
  const keys = requests.map(({ key }) => key);
  const found = await runKept(query, `known keys ${keys.length}`, keys, () =>
    query.selectFrom('events').select(['idempotency_key', 'position', 'version']).where('idempotency_key', 'in', keys),
  );
  return new Map(found.map(({ idempotency_key, position, version }) => [idempotency_key, { position, version }]));
}

/** Each stream's last version by a look at the index's end: counting a stream of a million events would take as many steps. */
async function streamVersions(query: Kysely<LedgerTables>, requests: readonly ReadyRequest[]) {
  const streams = [...new Set(requests.map(({ stream }) => stream))];
  const last = () => {
    const asked = sql.join(streams.map((stream) => sql`(cast(${stream} as text))`));
    return sql<{ readonly stream: string; readonly version: number | string | null }>`
      with asked (stream) as (values ${asked})
      select stream, (select max(version) from events where events.stream = asked.stream) as version from asked`;
  };
  const found = await runKept(query, `stream versions ${streams.length}`, streams, () => ({
    compile: () => last().compile(query),
  }));
  return new Map(found.map(({ stream, version }) => [stream, Number(version ?? 0)]));
}
