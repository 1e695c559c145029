import { jsonElements, jsonKind, jsonMembers, jsonValue, openJson } from '#base/json/json-cursor.ts';
import { HoldfastError } from '#core/errors.ts';

const DEEPEST = 200;
const ELEMENT_LIMIT_BYTES = 256 * 1024 * 1024;
/** A larger object is read member by member, if its members are objects. */
const WHOLE_OBJECT_BYTES = 16 * 1024 * 1024;

function isSplit(bytes: Buffer): boolean {
  if (bytes.length <= WHOLE_OBJECT_BYTES) return false;
  const cursor = openJson(bytes, DEEPEST);
  for (const _ of jsonMembers(cursor)) return jsonKind(cursor) === 'object';
  return false;
}

/**
 * The documents of a JSON text: the elements of an array, an object as it is, a large object of objects in parts that
 * have one member each. Never more than one of them is held.
 * @throws `JSON_INVALID`, `JSON_TOO_DEEP`, `JSON_TOO_LARGE`, perhaps after some were given
 */
export function* jsonDocuments(bytes: Buffer): Generator<unknown> {
  const cursor = openJson(bytes, DEEPEST);
  if (jsonKind(cursor) === 'array') {
    for (const _ of jsonElements(cursor)) yield jsonValue(cursor, ELEMENT_LIMIT_BYTES);
  } else if (isSplit(bytes)) {
    for (const name of jsonMembers(cursor)) yield { [name]: jsonValue(cursor, ELEMENT_LIMIT_BYTES) };
  } else {
    yield jsonValue(cursor, ELEMENT_LIMIT_BYTES);
  }
  const rest = bytes.subarray(cursor.position);
  if (rest.some((byte) => byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09)) {
    throw new HoldfastError('JSON_INVALID', `more follows after the value's end at byte ${cursor.position}`);
  }
}
