import type { Kysely } from 'kysely';
import type { LedgerEvent } from '#ledger/event.ts';
import { insertMany } from '#ledger/store/insert-many.ts';
import type { EventsTable, LedgerTables, NodesTable } from '#ledger/store/tables.ts';
import type { OnNode } from '#ledger/tree/compact-range.ts';

const EVENT_ROWS = {
  table: 'events',
  columns: [
    ...['position', 'stream', 'version', 'type', 'schema_version'],
    ...['actor', 'at', 'idempotency_key', 'leaf', 'leaf_hash'],
  ],
};
const NODE_ROWS = { table: 'ledger_nodes', columns: ['level', 'place', 'hash'] };

/** Subtree roots are kept at every eighth level: the leaves' own hashes stand in the events. */
const LEVELS_A_STEP = 8;

/** Collects the nodes of a growing tree that are kept. */
export function keepNodesIn(nodes: NodesTable[]): OnNode {
  return (level, place, hash) => {
    if (level > 0 && level % LEVELS_A_STEP === 0) nodes.push({ level, place, hash });
  };
}

/** The row of an event: its bytes, and what can be asked for. */
export function eventRow(event: LedgerEvent, leaf: Buffer, leafHash: Buffer): EventsTable {
  const { position, stream, version, type, schemaVersion, actor, at, key } = event;
  return {
    ...{ position, stream, version, type, schema_version: schemaVersion },
    ...{ actor, at, idempotency_key: key, leaf, leaf_hash: leafHash },
  };
}

/** Adds events and nodes of the tree. Inside a write transaction, which also moves the head. */
export async function insertRows(
  query: Kysely<LedgerTables>,
  rows: readonly EventsTable[],
  nodes: readonly NodesTable[],
): Promise<void> {
  await insertMany(query, EVENT_ROWS, rows);
  await insertMany(query, NODE_ROWS, nodes);
}
