import type { Digest } from '#core/digest.ts';
import type { LedgerEvent } from '#ledger/event.ts';

/** A value of a column. */
export type Cell = string | number | Buffer | null;

export type Row = { readonly [column: string]: Cell };

export interface TableShape {
  readonly columns: { readonly [column: string]: 'text' | 'integer' | 'bytes' };
  /** Columns that no two rows share. */
  readonly key: readonly [string, ...string[]];
  readonly indexes?: readonly (readonly [string, ...string[]])[];
}

/** What an event does to a projection's tables. */
export type Change =
  /** Takes the place of the row with the same key. */
  | { readonly kind: 'put'; readonly table: string; readonly row: Row }
  /** Leaves a row with the same key as it is. */
  | { readonly kind: 'add'; readonly table: string; readonly row: Row };

/** An event whose data fit their declaration, at its current version. */
export interface ProjectedEvent extends LedgerEvent {
  readonly known: unknown;
}

/** A blob that a projection wants to see. */
export interface Evidence {
  readonly digest: Digest;
  /** Not read where this row is there, as what it says is in the tables. The table's key is one column. */
  readonly unless?: { readonly table: string; readonly row: Row };
}

/** A blob's bytes; `known` where they need not be read; `undefined` where it is missing or damaged. */
export type Seen = Buffer | 'known' | undefined;

interface ProjectionFacts {
  /** Lower-case letters, digits and underscores: it is part of its tables' names. */
  readonly id: string;
  /** Of what it makes of events. Another version is built beside the one that serves, from the first event on. */
  readonly version: number;
  /** Types of events; the others pass by. */
  readonly handles: readonly string[];
  /** `in-append`: in the transaction of the event, for what decisions depend on; `catch-up`: from a cursor, when asked. */
  readonly when: 'in-append' | 'catch-up';
}

/** A read model that is one JSON value. */
export interface StateProjection<State> extends ProjectionFacts {
  readonly kind: 'state';
  readonly initial: State;
  /** Pure: gives the next state. */
  readonly apply: (state: State, event: ProjectedEvent) => State;
}

/** A read model that is tables. */
export interface TableProjection extends ProjectionFacts {
  readonly kind: 'tables';
  readonly tables: { readonly [table: string]: TableShape };
  /** Blobs that `apply` wants to see. Only for what catches up. */
  readonly evidence?: (event: ProjectedEvent) => readonly Evidence[];
  /** Pure. Of a blob that is missing or damaged the read model must say so, not leave it out. */
  readonly apply: (event: ProjectedEvent, seen: readonly Seen[]) => Iterable<Change>;
  /** For an event of a handled type that this program cannot read: what is unknown because of it. */
  readonly unreadable?: (event: LedgerEvent) => Iterable<Change>;
}

export type Projection = StateProjection<never> | TableProjection;

/** Tables whose names and columns are data, for the query builder. */
export type ProjectionTables = Record<string, Record<string, Cell>>;

/** The name of a table of one generation of a projection. */
export function tableName(projection: string, generation: number, table: string): string {
  return `p_${projection}_${generation}_${table}`;
}
