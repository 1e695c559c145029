import {
  endJson,
  type JsonCursor,
  jsonElements,
  jsonKind,
  jsonMembers,
  jsonString,
  jsonWithin,
  openJson,
  passJson,
} from '#base/json/json-cursor.ts';

const DEEPEST = 200;
/**
 * What is parsed at once. The largest public records have a few MiB; memory goes rather by the number of values: each
 * takes up to 100 bytes, however short its text is.
 */
const PART_LIMIT_BYTES = 8 * 1024 * 1024;
const PART_LIMIT_VALUES = 300_000;
const LONGEST_ID_BYTES = 200;

/** A document, or one that is too large to be parsed, in words. */
export type JsonPart = { readonly value: unknown } | { readonly tooLarge: string };

/** Passes over the next value; `what` names it. */
function tooLarge(cursor: JsonCursor, what: string): JsonPart {
  const start = cursor.position;
  passJson(cursor);
  const size = `${cursor.position - start} bytes`;
  return {
    tooLarge: `${what} of ${size} at byte ${start} was left out: more than ${PART_LIMIT_BYTES} bytes or ${PART_LIMIT_VALUES} values`,
  };
}

/** The next value as it is, or as `otherwise` gives it. */
function* within(cursor: JsonCursor, otherwise: () => Iterable<JsonPart>): Generator<JsonPart> {
  const part = jsonWithin(cursor, PART_LIMIT_BYTES, PART_LIMIT_VALUES);
  if (part !== undefined) yield part;
  else yield* otherwise();
}

/** The parts with what stands around them. */
function* inside(parts: Iterable<JsonPart>, around: (value: unknown) => unknown): Generator<JsonPart> {
  for (const part of parts) yield 'value' in part ? { value: around(part.value) } : part;
}

type Shape =
  | { readonly kind: 'objects' }
  | { readonly kind: 'list' }
  /** One record, or what nobody knows. */
  | { readonly kind: 'record'; readonly id?: string };

/** What the object that comes next is; the cursor stays where it is. */
function shapeOf(cursor: JsonCursor, lists: ReadonlySet<string>): Shape {
  const { position, depth } = cursor;
  const look = (): Shape => {
    let first = true;
    for (const name of jsonMembers(cursor)) {
      const kind = jsonKind(cursor);
      if (first && kind === 'object') return { kind: 'objects' };
      if (kind === 'array' && lists.has(name)) return { kind: 'list' };
      const id = name === 'id' ? jsonString(cursor, LONGEST_ID_BYTES) : undefined;
      if (id !== undefined) return { kind: 'record', id };
      first = false;
    }
    return { kind: 'record' };
  };
  const shape = look();
  cursor.position = position;
  cursor.depth = depth;
  return shape;
}

/** The members of what is too large, each as an object of its own. */
function* membersOf(cursor: JsonCursor, large: (name: string) => Iterable<JsonPart>): Generator<JsonPart> {
  for (const name of jsonMembers(cursor)) {
    const member = within(cursor, () => large(JSON.stringify(name.slice(0, 100))));
    yield* inside(member, (value) => ({ [name]: value }));
  }
}

/** An object of objects, `{source: {CVE: {…}}}`. */
function objectsOf(cursor: JsonCursor): Generator<JsonPart> {
  return membersOf(cursor, (outer) =>
    jsonKind(cursor) === 'object'
      ? membersOf(cursor, (inner) => [tooLarge(cursor, `The member ${inner} of ${outer}`)])
      : [tooLarge(cursor, `The member ${outer}`)],
  );
}

function* largeObject(cursor: JsonCursor, lists: ReadonlySet<string>): Generator<JsonPart> {
  const shape = shapeOf(cursor, lists);
  if (shape.kind === 'record') {
    yield tooLarge(cursor, shape.id === undefined ? 'An object' : `The record ${JSON.stringify(shape.id)}`);
  } else if (shape.kind === 'objects') {
    yield* objectsOf(cursor);
  } else {
    for (const name of jsonMembers(cursor)) {
      if (!lists.has(name) || jsonKind(cursor) !== 'array') continue;
      for (const _ of jsonElements(cursor)) yield* inside(documentOf(cursor, lists), (value) => ({ [name]: [value] }));
    }
  }
}

function* documentOf(cursor: JsonCursor, lists: ReadonlySet<string>): Generator<JsonPart> {
  yield* within(cursor, () =>
    jsonKind(cursor) === 'object' ? largeObject(cursor, lists) : [tooLarge(cursor, 'A value that is no object')],
  );
}

/**
 * The documents of a JSON text: the elements of an array, or an object as it is. What is too large to be parsed at once is
 * given in parts of the same shape: an object of objects by members, a large one of those by its own members, and the
 * arrays that `lists` names by elements, `{"vulns": […]}`. What is still too large is passed over and named.
 * @throws `JSON_INVALID`, `JSON_TOO_DEEP`, `JSON_TOO_LARGE`, perhaps after some were given
 */
export function* jsonDocuments(bytes: Buffer, lists: ReadonlySet<string>): Generator<JsonPart> {
  const cursor = openJson(bytes, DEEPEST);
  if (jsonKind(cursor) === 'array') {
    for (const _ of jsonElements(cursor)) yield* documentOf(cursor, lists);
  } else yield* documentOf(cursor, lists);
  endJson(cursor);
}
