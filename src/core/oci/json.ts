/** An object as JSON gives it: nothing is known of its values. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Makes the error of the document that is being read from a clause that says what is wrong with it. */
export type Refuse = (why: string) => Error;

/** A value that is an object, neither null nor an array. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Parses a whole document of at most `limitBytes` that must be one object. Throws what `refuse` makes. */
export function parseObject(bytes: Buffer, limitBytes: number, refuse: Refuse): JsonObject {
  if (bytes.length > limitBytes) throw refuse(`it is ${bytes.length} bytes long, more than the limit of ${limitBytes}`);
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw refuse('it is not JSON');
  }
  if (!isObject(value)) throw refuse('it is not a JSON object');
  return value;
}

/**
 * An optional array of at most `limit` elements; null counts as absent, as Go's encoders write it for empty lists.
 * Throws what `refuse` makes for anything else.
 */
export function optionalArray(
  object: JsonObject,
  key: string,
  limit: number,
  refuse: Refuse,
): readonly unknown[] | undefined {
  const value = object[key];
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value)) throw refuse(`"${key}" is not a list`);
  if (value.length > limit) throw refuse(`"${key}" has ${value.length} elements, more than the limit of ${limit}`);
  return value;
}

/** A member that is a non-empty string; anything else counts as absent. */
export function optionalString(object: JsonObject, key: string): string | undefined {
  const value = object[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The members of a string map that are strings; safe for names such as `__proto__`. */
export function stringMap(value: unknown): Readonly<Record<string, string>> {
  if (!isObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
  );
}

/** A hostile value for an error message: a bounded string in quotes, or what kind of value it is. */
export function shownValue(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 100));
  if (typeof value === 'number' || value === undefined || value === null) return String(value);
  return Array.isArray(value) ? 'a list' : typeof value;
}
