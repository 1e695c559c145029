import { type Digest, isDigest } from '#core/digest.ts';
import { HoldfastError } from '#core/errors.ts';
import type { AnyEventDeclaration, EventSummary } from '#core/event-declaration.ts';
import type { JsonObject, LedgerEvent } from '#ledger/event.ts';

/** What can be said of a recorded event's data. */
export type ReadData =
  /** As the declaration's current version has it. */
  | { readonly kind: 'known'; readonly data: unknown; readonly summary: EventSummary }
  /** Written by a newer program: kept and shown as it is. */
  | { readonly kind: 'unknown'; readonly reason: string }
  /** It does not fit what its type and version promise. */
  | { readonly kind: 'invalid'; readonly reason: string };

type Recorded = Pick<LedgerEvent, 'type' | 'schemaVersion' | 'data'>;

type Parsed =
  | { readonly kind: 'known'; readonly data: unknown; readonly declaration: AnyEventDeclaration }
  | Exclude<ReadData, { readonly kind: 'known' }>;

/** All kinds of events that the program knows. */
export interface EventCatalogue {
  /** @throws `LEDGER_EVENT_UNKNOWN`, `LEDGER_EVENT_INVALID` */
  toWrite(type: string, data: unknown): { readonly schemaVersion: number; readonly data: JsonObject };
  read(event: Recorded): ReadData;
  /** Only the data, for whoever has no use for words; `undefined` where they are not known. */
  known(event: Recorded): { readonly data: unknown } | undefined;
  /** The blobs that an event names. Of an event that this program cannot read, none are known. */
  blobsOf(event: Pick<LedgerEvent, 'type' | 'schemaVersion' | 'data'>): readonly Digest[];
}

/** Two declarations of one type are a mistake of the program, and thrown as one. */
export function eventCatalogue(declarations: readonly AnyEventDeclaration[]): EventCatalogue {
  const byType = new Map<string, AnyEventDeclaration>();
  for (const declaration of declarations) {
    const { type, schemaVersion, upcasts } = declaration;
    if (byType.has(type)) throw new Error(`${type} is declared twice`);
    if (upcasts.length !== schemaVersion - 1) throw new Error(`${type} lacks upcasts to version ${schemaVersion}`);
    byType.set(type, declaration);
  }
  const parsed = ({ type, schemaVersion, data }: Recorded): Parsed => {
    const declaration = byType.get(type);
    if (declaration === undefined) return { kind: 'unknown', reason: 'this program does not know its kind' };
    if (schemaVersion > declaration.schemaVersion) {
      return {
        kind: 'unknown',
        reason: `version ${schemaVersion} of its kind, ${declaration.schemaVersion} is known`,
      };
    }
    try {
      let current: unknown = data;
      for (const upcast of declaration.upcasts.slice(schemaVersion - 1)) current = upcast(current);
      return { kind: 'known', data: declaration.parse(current), declaration };
    } catch (cause) {
      return { kind: 'invalid', reason: reasonOf(cause) };
    }
  };
  const read: EventCatalogue['read'] = (event) => {
    const found = parsed(event);
    if (found.kind !== 'known') return found;
    try {
      return { kind: 'known', data: found.data, summary: found.declaration.summarise(found.data as never) };
    } catch (cause) {
      return { kind: 'invalid', reason: reasonOf(cause) };
    }
  };
  return {
    toWrite: (type, data) => {
      const declaration = byType.get(type);
      if (declaration === undefined) throw new HoldfastError('LEDGER_EVENT_UNKNOWN', `${type} is no kind of event`);
      try {
        return { schemaVersion: declaration.schemaVersion, data: declaration.parse(data) as JsonObject };
      } catch (cause) {
        throw new HoldfastError('LEDGER_EVENT_INVALID', `${type}: ${reasonOf(cause)}`, { cause });
      }
    },
    read,
    known: (event) => {
      const found = parsed(event);
      return found.kind === 'known' ? found : undefined;
    },
    blobsOf: (event) => {
      const blobs = byType.get(event.type)?.blobs;
      const found = blobs === undefined ? undefined : read(event);
      return found?.kind === 'known' ? (blobs?.(found.data as never) ?? []).filter(isDigest) : [];
    },
  };
}

function reasonOf(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  return text.replaceAll(/\s+/g, ' ').slice(0, 300);
}
