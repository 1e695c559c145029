import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  endJson,
  type JsonCursor,
  jsonElements,
  jsonKind,
  jsonMembers,
  jsonString,
  jsonValue,
  jsonWithin,
  openJson,
  passJson,
} from './json-cursor.ts';

const LIMIT_BYTES = 1 << 20;

/** Reads a text piece by piece, to be compared with what JSON.parse makes of it. */
function read(cursor: JsonCursor): unknown {
  const kind = jsonKind(cursor);
  if (kind === 'array') {
    const list: unknown[] = [];
    for (const index of jsonElements(cursor)) list[index] = read(cursor);
    return list;
  }
  if (kind !== 'object') return jsonValue(cursor, LIMIT_BYTES);
  const entries = new Map<string, unknown>();
  for (const name of jsonMembers(cursor)) entries.set(name, read(cursor));
  return Object.fromEntries(entries);
}

function open(text: string, maxDepth = 100): JsonCursor {
  return openJson(Buffer.from(text), maxDepth);
}

function codeOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
  return undefined;
}

it('reads any JSON text piece by piece as JSON.parse reads it whole', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(0, 1, '\t'), (value, space) => {
      const text = JSON.stringify(value, undefined, space);
      const cursor = open(`\uFEFF${text} `);
      expect(read(cursor)).toEqual(JSON.parse(text));
      endJson(cursor);
    }),
  );
});

it('passes over any value and stands right behind it', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const cursor = open(`[${JSON.stringify(value)},"next"]`);
      const seen: unknown[] = [];
      for (const index of jsonElements(cursor)) if (index === 1) seen.push(jsonString(cursor, LIMIT_BYTES));
      endJson(cursor);
      expect(seen).toEqual(['next']);
      expect(cursor.depth).toBe(0);
    }),
  );
});

it('ends with a coded error on any cut or changed text, never with another', () => {
  const codes = ['JSON_INVALID', 'JSON_TOO_DEEP', 'JSON_TOO_LARGE', undefined];
  fc.assert(
    fc.property(fc.json(), fc.nat(), fc.nat(255), (text, at, byte) => {
      const bytes = Buffer.from(text);
      const cut = bytes.subarray(0, at % bytes.length);
      expect(codes).toContain(codeOf(() => read(openJson(cut, 50))));
      expect(codes).toContain(codeOf(() => jsonString(openJson(cut, 50), LIMIT_BYTES)));
      bytes[at % bytes.length] = byte;
      expect(codes).toContain(codeOf(() => read(openJson(bytes, 50))));
      expect(codes).toContain(codeOf(() => jsonString(openJson(bytes, 50), LIMIT_BYTES)));
    }),
  );
});

it('refuses texts that are nested too deep, values that are too large and brackets that do not match', () => {
  expect(codeOf(() => jsonString(open('['.repeat(200), 100), LIMIT_BYTES))).toBe('JSON_TOO_DEEP');
  expect(codeOf(() => read(open(`${'{"a":'.repeat(200)}1${'}'.repeat(200)}`, 100)))).toBe('JSON_TOO_DEEP');
  expect(codeOf(() => jsonValue(open('"abcdef"'), 4))).toBe('JSON_TOO_LARGE');
  expect(codeOf(() => jsonString(open('[{]}'), LIMIT_BYTES))).toBe('JSON_INVALID');
  expect(codeOf(() => jsonString(open('"ends with an escape\\'), LIMIT_BYTES))).toBe('JSON_INVALID');
  expect(codeOf(() => endJson(open('  x')))).toBe('JSON_INVALID');
});

it('gives no members or elements for values of another kind', () => {
  const cursor = open('{"a": [1, 2], "b": {"c": 1}, "d": 5}');
  for (const name of jsonMembers(cursor)) {
    if (name === 'a') expect([...jsonMembers(cursor)]).toEqual([]);
    if (name === 'b') expect([...jsonElements(cursor)]).toEqual([]);
    if (name === 'd') expect(jsonString(cursor, LIMIT_BYTES)).toBeUndefined();
  }
  endJson(cursor);
});

it('reads a value whole only within its bytes and its values, and else stays before it', () => {
  for (const [text, bytes, values, fits] of [
    ['[1,"a",{"b":2}]', 15, 6, true],
    ['[1,"a",{"b":2}]', 14, 6, false],
    ['[1,"a",{"b":2}]', 15, 5, false],
    ['"abc"', 5, 1, true],
    ['"abc"', 4, 1, false],
  ] as const) {
    const cursor = open(` ${text}`);
    expect(jsonWithin(cursor, bytes, values)).toEqual(fits ? { value: JSON.parse(text) as unknown } : undefined);
    if (!fits) passJson(cursor);
    expect(cursor).toMatchObject({ position: text.length + 1, depth: 0 });
  }
});
