import { HoldfastError } from '#core/errors.ts';

/** What JSON can hold. Numbers are finite, texts without lone surrogates: {@link canonicalJson} refuses the others. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue };

/** Values inside values. Deep enough for every document of ours, shallow enough for every reader's stack. */
const MOST_DEEP = 64;

/** Texts that stand for themselves between quotes. Twice as fast as the engine's own writer, which takes the long ones. */
const PLAIN = /^[ !#-[\]-~]*$/;
const PLAIN_MOST_CHARACTERS = 256;

/**
 * The one canonical text of a value (RFC 8785): no white space, names by UTF-16 code units, numbers and escapes as
 * ECMAScript writes them. Equal values give equal texts. Own members named `__proto__` are members like others.
 * @throws `CANONICAL_REFUSED` for what JSON cannot hold exactly: NaN and infinities, lone surrogates, undefined,
 * functions, bigints, symbols, objects that are neither plain nor arrays, more than 64 levels
 */
export function canonicalJson(value: JsonValue): string {
  return standsInOrder(value, 0) ? JSON.stringify(value) : write(value, 0, '');
}

/**
 * Whether the engine's own writer gives the canonical text, which is twice as fast: nothing to refuse and all names in
 * order, as in what was read from canonical text.
 */
function standsInOrder(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case 'string':
      return value.isWellFormed();
    case 'number':
      return Number.isFinite(value);
    case 'boolean':
      return true;
    case 'object':
      if (value === null) return true;
      if (depth === MOST_DEEP) return false;
      return Array.isArray(value) ? itemsStandInOrder(value, depth + 1) : membersStandInOrder(value, depth + 1);
    default:
      return false;
  }
}

function itemsStandInOrder(values: readonly unknown[], depth: number): boolean {
  if ('toJSON' in values) return false;
  for (let index = 0; index < values.length; index += 1) if (!standsInOrder(values[index], depth)) return false;
  return true;
}

function membersStandInOrder(value: object, depth: number): boolean {
  // The engine's writer would ask the value how it wants to be written.
  if (!isPlain(value) || 'toJSON' in value) return false;
  let last = '';
  for (const key of Object.keys(value)) {
    if (key < last || !key.isWellFormed() || !standsInOrder(value[key], depth)) return false;
    last = key;
  }
  return true;
}

function isPlain(value: object): value is Readonly<Record<string, unknown>> {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function write(value: unknown, depth: number, name: string): string {
  switch (typeof value) {
    case 'string':
      return writeText(value, name);
    case 'number':
      if (!Number.isFinite(value)) throw refused(String(value), name);
      return `${value}`;
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      if (depth === MOST_DEEP) throw refused(`more than ${MOST_DEEP} levels`, name);
      return Array.isArray(value) ? writeArray(value, depth + 1, name) : writeObject(value, depth + 1, name);
    default:
      throw refused(typeof value, name);
  }
}

function writeText(text: string, name: string): string {
  if (text.length <= PLAIN_MOST_CHARACTERS && PLAIN.test(text)) return `"${text}"`;
  if (!text.isWellFormed()) throw refused('a text with half of a surrogate pair', name);
  return JSON.stringify(text);
}

function writeArray(values: readonly unknown[], depth: number, name: string): string {
  let text = '[';
  // By index: holes count as undefined.
  for (let index = 0; index < values.length; index += 1) {
    text += index === 0 ? write(values[index], depth, name) : `,${write(values[index], depth, name)}`;
  }
  return `${text}]`;
}

// Text order of ECMAScript is that of UTF-16 code units.
function writeObject(value: object, depth: number, name: string): string {
  if (!isPlain(value)) throw refused('an object of a class', name);
  let text = '{';
  for (const key of Object.keys(value).sort()) {
    const member = `${writeText(key, name)}:${write(value[key], depth, key)}`;
    text += text.length === 1 ? member : `,${member}`;
  }
  return `${text}}`;
}

function refused(what: string, name: string): HoldfastError {
  const where = name === '' ? '' : ` at ${JSON.stringify(name.slice(0, 80))}`;
  return new HoldfastError('CANONICAL_REFUSED', `Canonical JSON cannot hold ${what}${where}`, {
    hint: 'It holds finite numbers, well-formed texts, booleans, null, arrays and plain objects.',
  });
}
