import type { JsonValue } from '#core/canonical-json.ts';

/** JSON objects as they are recorded. */
export type JsonObject = { readonly [name: string]: JsonValue };

/** One event as it stands in the record. */
export interface LedgerEvent {
  /** Its place in the whole record, from 1. The leaf's index in the tree is one less. */
  readonly position: number;
  /** What it belongs to, such as `image:sha256:…`. */
  readonly stream: string;
  /** Its place in the stream, from 1. */
  readonly version: number;
  readonly type: string;
  /** Of `data`'s shape. */
  readonly schemaVersion: number;
  readonly data: JsonObject;
  readonly metadata: JsonObject;
  /** Who did it: a name, nothing more. */
  readonly actor: string;
  /** What the clock said: ISO 8601, UTC, milliseconds. Clocks may step back; positions do not. */
  readonly at: string;
  /** Unique in the record: a repeated append with the same key records nothing. */
  readonly key: string;
  /** SHA-256 leaf hash of the event before, hexadecimal; of the first one, 64 zeros. */
  readonly previous: string;
}

/** What somebody wants recorded. */
export interface NewEvent {
  readonly type: string;
  readonly data: unknown;
  readonly metadata?: JsonObject;
}

export interface AppendRequest {
  readonly stream: string;
  /** Recorded together or not at all, one after the other. */
  readonly events: readonly [NewEvent, ...NewEvent[]];
  readonly actor: string;
  /** The stream's version that the decision was made on, 0 for a new one. Without it, any. */
  readonly expectedVersion?: number;
  /** Makes a repetition harmless. Without it every append is a new one. */
  readonly key?: string;
}

export type AppendResult =
  | {
      readonly kind: 'appended';
      /** Of the first event. */
      readonly position: number;
      readonly version: number;
      /** The key was known: this is the result of the first time. */
      readonly repeated: boolean;
    }
  | { readonly kind: 'conflict'; readonly stream: string; readonly expected: number; readonly actual: number };
