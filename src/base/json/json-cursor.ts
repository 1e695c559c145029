import { HoldfastError } from '#core/errors.ts';

/**
 * A place in a JSON text (RFC 8259), moved forward by the functions below: one pass, nothing kept but what is asked
 * for, so that a large document costs no more memory than its own bytes.
 */
export interface JsonCursor {
  readonly bytes: Buffer;
  readonly maxDepth: number;
  position: number;
  depth: number;
}

export type JsonKind = 'object' | 'array' | 'string' | 'other';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const NAME_LIMIT_BYTES = 65_536;

function invalid(cursor: JsonCursor, what: string): HoldfastError {
  return new HoldfastError('JSON_INVALID', `${what} at byte ${cursor.position} of ${cursor.bytes.length}`);
}

/** Stands before the text's one value; a byte order mark is passed over. */
export function openJson(bytes: Buffer, maxDepth: number): JsonCursor {
  const bom = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return { bytes, maxDepth, position: bom ? 3 : 0, depth: 0 };
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** The next byte that is not white space, which is not consumed. */
function peek(cursor: JsonCursor): number {
  while (isSpace(cursor.bytes[cursor.position])) cursor.position += 1;
  const byte = cursor.bytes[cursor.position];
  if (byte === undefined) throw invalid(cursor, 'the text ends early');
  return byte;
}

/** What the next value is. @throws `JSON_INVALID` at the text's end. */
export function jsonKind(cursor: JsonCursor): JsonKind {
  const byte = peek(cursor);
  if (byte === OPEN_OBJECT) return 'object';
  if (byte === OPEN_ARRAY) return 'array';
  return byte === QUOTE ? 'string' : 'other';
}

/** How a string's characters stand in the text. */
type StringForm = 'ascii' | 'utf8' | 'escaped';

/** Moves past a string, whose opening quote is next. */
function passString(cursor: JsonCursor): StringForm {
  const { bytes } = cursor;
  let escaped = false;
  let bits = 0;
  let at = cursor.position + 1;
  for (;;) {
    const byte = bytes[at];
    if (byte === QUOTE) break;
    if (byte === undefined) {
      cursor.position = bytes.length;
      throw invalid(cursor, 'a string does not end');
    }
    bits |= byte;
    if (byte === BACKSLASH) escaped = true;
    at += byte === BACKSLASH ? 2 : 1;
  }
  cursor.position = at + 1;
  if (escaped) return 'escaped';
  return bits < 0x80 ? 'ascii' : 'utf8';
}

function passScalar(cursor: JsonCursor): void {
  const { bytes } = cursor;
  const start = cursor.position;
  for (;;) {
    const byte = bytes[cursor.position];
    if (byte === undefined || byte === COMMA || byte === CLOSE_ARRAY || byte === CLOSE_OBJECT || isSpace(byte)) break;
    cursor.position += 1;
  }
  if (cursor.position === start) throw invalid(cursor, 'a value is missing');
}

function enter(cursor: JsonCursor): void {
  cursor.depth += 1;
  if (cursor.depth > cursor.maxDepth) {
    throw new HoldfastError('JSON_TOO_DEEP', `the text is nested deeper than ${cursor.maxDepth} levels`);
  }
}

/**
 * Moves past the next value without reading it: brackets and strings are checked, numbers and words are not. False when
 * it stopped on the way, as the value has more bytes, or more values and names, than asked for.
 */
function skipJson(
  cursor: JsonCursor,
  limitBytes = Number.POSITIVE_INFINITY,
  limitValues = Number.POSITIVE_INFINITY,
): boolean {
  const outer = cursor.depth;
  const end = cursor.position + limitBytes;
  const closers: number[] = [];
  let values = 0;
  do {
    const byte = peek(cursor);
    if (cursor.position > end || values > limitValues) {
      cursor.depth = outer;
      return false;
    }
    if (byte === QUOTE) {
      values += 1;
      passString(cursor);
    } else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
      values += 1;
      enter(cursor);
      closers.push(byte === OPEN_OBJECT ? CLOSE_OBJECT : CLOSE_ARRAY);
      cursor.position += 1;
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
      if (closers.pop() !== byte) throw invalid(cursor, 'a bracket does not match');
      cursor.depth -= 1;
      cursor.position += 1;
    } else if ((byte === COMMA || byte === COLON) && closers.length > 0) cursor.position += 1;
    else {
      values += 1;
      passScalar(cursor);
    }
  } while (closers.length > 0);
  cursor.depth = outer;
  return cursor.position <= end && values <= limitValues;
}

/** Moves past the next value, however large it is. @throws `JSON_INVALID`, `JSON_TOO_DEEP` */
export function passJson(cursor: JsonCursor): void {
  skipJson(cursor);
}

/** What stands between `start` and the cursor, which has moved past it. */
function parsed(cursor: JsonCursor, start: number): unknown {
  try {
    return JSON.parse(cursor.bytes.toString('utf8', start, cursor.position)) as unknown;
  } catch {
    cursor.position = start;
    throw invalid(cursor, 'a value is not valid JSON');
  }
}

function stringAt(cursor: JsonCursor, start: number, form: StringForm): string {
  if (form === 'escaped') return String(parsed(cursor, start));
  return cursor.bytes.toString(form === 'ascii' ? 'latin1' : 'utf8', start + 1, cursor.position - 1);
}

/**
 * Reads the next value whole. `limitBytes` bounds its text.
 * @throws `JSON_INVALID`, `JSON_TOO_DEEP`, `JSON_TOO_LARGE`
 */
export function jsonValue(cursor: JsonCursor, limitBytes: number): unknown {
  const isString = peek(cursor) === QUOTE;
  const start = cursor.position;
  const string = isString ? passString(cursor) : undefined;
  if (string === undefined) skipJson(cursor);
  if (cursor.position - start > limitBytes) {
    throw new HoldfastError('JSON_TOO_LARGE', `a value at byte ${start} is larger than ${limitBytes} bytes`);
  }
  return string === undefined ? parsed(cursor, start) : stringAt(cursor, start, string);
}

/**
 * Reads the next value whole if its text has at most `limitBytes`, and at most `limitValues` values and names are in it:
 * what a value takes in memory goes by both. Otherwise undefined, and the cursor stays before it.
 * @throws `JSON_INVALID`, `JSON_TOO_DEEP`
 */
export function jsonWithin(
  cursor: JsonCursor,
  limitBytes: number,
  limitValues: number,
): { readonly value: unknown } | undefined {
  peek(cursor);
  const start = cursor.position;
  if (skipJson(cursor, limitBytes, limitValues)) return { value: parsed(cursor, start) };
  cursor.position = start;
  return undefined;
}

/** The next value when it is a string of at most `limitBytes`; anything else is passed over. */
export function jsonString(cursor: JsonCursor, limitBytes: number): string | undefined {
  if (jsonKind(cursor) !== 'string') {
    skipJson(cursor);
    return undefined;
  }
  const start = cursor.position;
  const form = passString(cursor);
  return cursor.position - start > limitBytes ? undefined : stringAt(cursor, start, form);
}

/** Between two parts of an object or array: true when another part follows. The closing bracket is consumed. */
function another(cursor: JsonCursor, first: boolean, close: number): boolean {
  const byte = peek(cursor);
  if (byte === close) {
    cursor.position += 1;
    return false;
  }
  if (first) return true;
  if (byte !== COMMA) throw invalid(cursor, 'a comma is missing');
  cursor.position += 1;
  return true;
}

/**
 * The names of the next value's members, if it is an object; anything else is passed over and gives none. After each
 * name the cursor stands before the member's value: a value that the caller does not read is passed over.
 */
export function* jsonMembers(cursor: JsonCursor): Generator<string> {
  if (jsonKind(cursor) !== 'object') {
    skipJson(cursor);
    return;
  }
  cursor.position += 1;
  enter(cursor);
  for (let first = true; another(cursor, first, CLOSE_OBJECT); first = false) {
    if (peek(cursor) !== QUOTE) throw invalid(cursor, 'a member has no name');
    const name = String(jsonValue(cursor, NAME_LIMIT_BYTES));
    if (peek(cursor) !== COLON) throw invalid(cursor, 'a colon is missing');
    cursor.position += 1;
    peek(cursor);
    const before = cursor.position;
    yield name;
    if (cursor.position === before) skipJson(cursor);
  }
  cursor.depth -= 1;
}

/** Stands before each element of the next value in turn, if it is an array; otherwise as {@link jsonMembers}. */
export function* jsonElements(cursor: JsonCursor): Generator<number> {
  if (jsonKind(cursor) !== 'array') {
    skipJson(cursor);
    return;
  }
  cursor.position += 1;
  enter(cursor);
  for (let index = 0; another(cursor, index === 0, CLOSE_ARRAY); index += 1) {
    peek(cursor);
    const before = cursor.position;
    yield index;
    if (cursor.position === before) skipJson(cursor);
  }
  cursor.depth -= 1;
}

/** @throws `JSON_INVALID` when anything but white space is left. */
export function endJson(cursor: JsonCursor): void {
  while (isSpace(cursor.bytes[cursor.position])) cursor.position += 1;
  if (cursor.position < cursor.bytes.length) throw invalid(cursor, 'something follows the value');
}
