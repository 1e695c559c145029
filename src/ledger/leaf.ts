import { canonicalJson } from '#core/canonical-json.ts';
import { HoldfastError } from '#core/errors.ts';
import type { JsonObject, LedgerEvent } from '#ledger/event.ts';

/** Leaf bytes of an event may not be more: tiles of a log give a leaf's length two bytes (C2SP tlog-tiles, "Log entries"). */
export const LEAF_LIMIT_BYTES = 60 * 1024;

/** The form of the leaf, should another one ever be needed. */
const FORM = 1;

/** What `previous` of the first event says. */
export const NO_PREVIOUS = '0'.repeat(64);

/** Canonical JSON of an event's parts, where it has been made already. */
export interface LeafTexts {
  readonly data: string;
  readonly metadata: string;
}

/** The bytes that are hashed into the tree: all fields of the event as canonical JSON (RFC 8785). */
export function encodeLeaf(event: LedgerEvent, made?: LeafTexts): Buffer {
  // Names in canonical order, so that only the objects inside are sorted.
  const { actor, at, data, key, metadata, position, previous, schemaVersion, stream, type, version } = event;
  return Buffer.from(
    `{"actor":${JSON.stringify(actor)},"at":"${at}","data":${made?.data ?? canonicalJson(data)},"form":${FORM},"key":${JSON.stringify(key)},` +
      `"metadata":${made?.metadata ?? canonicalJson(metadata)},"position":${position},"previous":"${previous}","schemaVersion":${schemaVersion},` +
      `"stream":${JSON.stringify(stream)},"type":${JSON.stringify(type)},"version":${version}}`,
  );
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

/**
 * Reads leaf bytes back. Whether they are canonical is for {@link encodeLeaf} to say: whoever needs to know compares.
 * @throws `LEDGER_LEAF_MALFORMED`
 */
export function decodeLeaf(bytes: Uint8Array): LedgerEvent {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  } catch {
    throw malformed();
  }
  if (!isObject(value)) throw malformed();
  const { actor, at, data, form, key, metadata, position, previous, schemaVersion, stream, type, version } = value;
  const right =
    form === FORM &&
    isText(actor) &&
    isText(at) &&
    isText(key) &&
    isText(previous) &&
    isText(stream) &&
    isText(type) &&
    isCount(position) &&
    isCount(schemaVersion) &&
    isCount(version) &&
    isObject(data) &&
    isObject(metadata);
  if (!right) throw malformed();
  return { actor, at, data, key, metadata, position, previous, schemaVersion, stream, type, version };
}

function malformed(): HoldfastError {
  return new HoldfastError('LEDGER_LEAF_MALFORMED', 'These bytes are no event of a ledger', {
    hint: 'holdfast ledger verify names the position.',
  });
}
