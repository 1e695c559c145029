import { type Digest, isDigest } from '#core/digest.ts';
import { HoldfastError } from '#core/errors.ts';
import { isObject, type JsonObject, parseObject } from '#core/oci/json.ts';

/** The client bounds what it reads; this is only what the parser insists on. */
const LIMIT_BYTES = 64 * 1024 * 1024;

/** Makes the error for an answer that is not what the API promises: `ENGINE_FAILED`. */
export function refuse(what: string): (why: string) => HoldfastError {
  return (why) => new HoldfastError('ENGINE_FAILED', `The engine's answer to ${what} cannot be used: ${why}`);
}

/** An answer that is one object. @throws `ENGINE_FAILED` */
export function object(body: Buffer, what: string): JsonObject {
  return parseObject(body, LIMIT_BYTES, refuse(what));
}

/** The objects of an answer that is a list. @throws `ENGINE_FAILED` */
export function list(body: Buffer, what: string): readonly JsonObject[] {
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    throw refuse(what)('it is not JSON');
  }
  // Go writes an empty list as null.
  if (value === null) return [];
  if (!Array.isArray(value)) throw refuse(what)('it is not a list');
  return value.filter(isObject);
}

/** The strings of a list; anything else is left out. */
export function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** A value that is a digest; Podman leaves the algorithm out in places. */
export function digestOf(value: unknown): Digest | undefined {
  if (typeof value !== 'string') return undefined;
  const text = /^[0-9a-f]{64}$/.test(value) ? `sha256:${value}` : value;
  return isDigest(text) ? text : undefined;
}
