/** One row an event. What can be asked for has a column; the truth is `leaf`. */
export interface EventsTable {
  position: number;
  stream: string;
  version: number;
  type: string;
  schema_version: number;
  actor: string;
  at: string;
  idempotency_key: string;
  leaf: Buffer;
  leaf_hash: Buffer;
}

/** The tree so far, one row: what the next append goes on from. */
export interface HeadTable {
  id: number;
  size: number;
  /** Roots of the perfect subtrees, left to right, 32 bytes each. */
  range: Buffer;
  last_hash: Buffer;
}

/** Roots of whole subtrees at every eighth level, so that proofs read at most 256 hashes a level. */
export interface NodesTable {
  level: number;
  place: number;
  hash: Buffer;
}

/** Signed checkpoints, one for every commit. */
export interface CheckpointsTable {
  size: number;
  note: string;
}

/** Which generation of a projection serves, and how far each has come. */
export interface ProjectionsTable {
  id: string;
  generation: number;
  version: number;
  position: number;
  serving: number;
  /** The state as JSON; null for projections into tables. */
  state: string | null;
}

export interface LedgerTables {
  events: EventsTable;
  ledger_head: HeadTable;
  ledger_nodes: NodesTable;
  ledger_checkpoints: CheckpointsTable;
  projections: ProjectionsTable;
}
