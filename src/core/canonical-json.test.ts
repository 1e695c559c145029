import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../test/harness/runs.ts';
import { canonicalJson, type JsonValue } from './canonical-json.ts';

/** IEEE 754 bits and their text: RFC 8785, appendix B. */
const NUMBERS = [
  ['0000000000000000', '0'],
  ['8000000000000000', '0'],
  ['0000000000000001', '5e-324'],
  ['8000000000000001', '-5e-324'],
  ['7fefffffffffffff', '1.7976931348623157e+308'],
  ['ffefffffffffffff', '-1.7976931348623157e+308'],
  ['4340000000000000', '9007199254740992'],
  ['c340000000000000', '-9007199254740992'],
  ['4430000000000000', '295147905179352830000'],
  ['44b52d02c7e14af5', '9.999999999999997e+22'],
  ['44b52d02c7e14af6', '1e+23'],
  ['44b52d02c7e14af7', '1.0000000000000001e+23'],
  ['444b1ae4d6e2ef4e', '999999999999999700000'],
  ['444b1ae4d6e2ef4f', '999999999999999900000'],
  ['444b1ae4d6e2ef50', '1e+21'],
  ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
  ['3eb0c6f7a0b5ed8d', '0.000001'],
  ['41b3de4355555553', '333333333.3333332'],
  ['41b3de4355555554', '333333333.33333325'],
  ['41b3de4355555555', '333333333.3333333'],
  ['41b3de4355555556', '333333333.3333334'],
  ['41b3de4355555557', '333333333.33333343'],
  ['becbf647612f3696', '-0.0000033333333333333333'],
  ['43143ff3c1cb0959', '1424953923781206.2'],
] as const;

const numberOf = (bits: string) => Buffer.from(bits, 'hex').readDoubleBE();

/** The same value with all names put in backwards: never in order, where there are two or more. */
function backwards(value: JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(backwards);
  const members = Object.entries(value).map(([name, member]): [string, JsonValue] => [name, backwards(member)]);
  return Object.fromEntries(members.sort(([a], [b]) => (a < b ? 1 : -1)));
}

/** `levels` arrays, one in the other. */
function nested(levels: number, inside: JsonValue = 1): JsonValue {
  let value = inside;
  for (let level = 0; level < levels; level += 1) value = [value];
  return value;
}

const refused = (value: unknown) => () => canonicalJson(value as JsonValue);
const REFUSED = expect.objectContaining({ name: 'HoldfastError', code: 'CANONICAL_REFUSED' });

describe('canonical JSON', () => {
  it.each(NUMBERS)('writes the number %s as %s', (bits, text) => {
    expect(canonicalJson(numberOf(bits))).toBe(text);
    expect(canonicalJson({ b: numberOf(bits), a: [numberOf(bits)] })).toBe(`{"a":[${text}],"b":${text}}`);
  });

  it('orders names by UTF-16 code units', () => {
    const names = ['\u20ac', '\r', '\ufb33', '1', '\ud83d\ude00', '\u0080', '\u00f6', '10', '9', ''];
    const value = Object.fromEntries(names.map((name) => [name, 0]));
    expect(Object.keys(JSON.parse(canonicalJson(value))).sort()).toEqual([...names].sort());
    expect(canonicalJson(value)).toBe(
      '{"":0,"\\r":0,"1":0,"10":0,"9":0,"\u0080":0,"\u00f6":0,"\u20ac":0,"\ud83d\ude00":0,"\ufb33":0}',
    );
  });

  it('escapes what must be, as short as can be, and nothing else', () => {
    const text = '\u20ac$\u000f\nA\'B"\\"/\b\t\f\r\u0000\u001f\u007f\u2028';
    expect(canonicalJson(text)).toBe('"\u20ac$\\u000f\\nA\'B\\"\\\\\\"/\\b\\t\\f\\r\\u0000\\u001f\u007f\u2028"');
    expect(JSON.parse(canonicalJson({ z: text, [text]: 1 }))).toEqual({ z: text, [text]: 1 });
  });

  it.each([
    ['not a number', Number.NaN],
    ['infinity', Number.POSITIVE_INFINITY],
    ['minus infinity', Number.NEGATIVE_INFINITY],
    ['undefined', undefined],
    ['a function', () => 1],
    ['a bigint', 1n],
    ['a symbol', Symbol('a')],
    ['half a surrogate pair', '\ud800'],
    ['the other half', 'x\udc00'],
    ['a date', new Date(0)],
    ['a map', new Map()],
    ['a boxed number', Object(1)],
    ['bytes', Buffer.from('a')],
    ['a hole', new Array(1)],
  ])('refuses %s, wherever it stands', (_, bad) => {
    expect(refused(bad)).toThrow(REFUSED);
    expect(refused([1, bad])).toThrow(REFUSED);
    expect(refused({ a: 1, b: { c: bad } })).toThrow(REFUSED);
    expect(refused({ b: bad, a: 1 })).toThrow(REFUSED);
  });

  it('refuses half of a surrogate pair in a name, in order or not', () => {
    expect(refused({ '\ud800': 1 })).toThrow(REFUSED);
    expect(refused({ z: 1, a: 2, '\udfff': 1 })).toThrow(REFUSED);
  });

  it('says where the refused value stands, without the values beside it', () => {
    expect(refused({ secret: 'abc', when: new Date(0) })).toThrow(
      'Canonical JSON cannot hold an object of a class at "when"',
    );
  });

  it('takes 64 levels and refuses more, endless ones too', () => {
    expect(canonicalJson(nested(64))).toBe(`${'['.repeat(64)}1${']'.repeat(64)}`);
    expect(refused(nested(65))).toThrow(REFUSED);
    expect(refused(nested(65, { b: 1, a: 2 }))).toThrow(REFUSED);
    const round: Record<string, unknown> = { b: 1 };
    round['a'] = round;
    expect(refused(round)).toThrow(REFUSED);
  });

  it('asks no value how it wants to be written', () => {
    expect(canonicalJson({ toJSON: 'a text' })).toBe('{"toJSON":"a text"}');
    expect(refused({ toJSON: () => 'lie' })).toThrow(REFUSED);
    const hidden = Object.defineProperty({ a: 1 }, 'toJSON', { value: () => 'lie', enumerable: false });
    expect(canonicalJson(hidden)).toBe('{"a":1}');
    const list = Object.assign([1], { toJSON: () => 'lie' });
    expect(canonicalJson(list)).toBe('[1]');
  });

  it('keeps own members named __proto__ and objects without a prototype', () => {
    const value: JsonValue = JSON.parse('{"b":1,"__proto__":{"z":1,"a":2}}');
    expect(canonicalJson(value)).toBe('{"__proto__":{"a":2,"z":1},"b":1}');
    expect(canonicalJson(Object.assign(Object.create(null), { b: 1, a: 2 }))).toBe('{"a":2,"b":1}');
  });

  it('gives one text for equal values, which reads back as the value and stays as it is', () => {
    const options = { maxDepth: 4, noUnicodeString: false, stringUnit: 'binary' } as const;
    fc.assert(
      fc.property(fc.jsonValue(options), (made) => {
        const value: JsonValue = JSON.parse(JSON.stringify(made));
        const text = canonicalJson(value);
        expect(JSON.parse(text)).toEqual(value);
        expect(canonicalJson(JSON.parse(text))).toBe(text);
        expect(canonicalJson(backwards(value))).toBe(text);
      }),
      { numRuns: 200 },
    );
  });

  it('throws nothing but its own refusal, whatever it is given', () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withDate: true, withMap: true, withSparseArray: true }), (value) => {
        try {
          JSON.parse(canonicalJson(value as JsonValue));
        } catch (error) {
          expect(error).toEqual(REFUSED);
        }
      }),
      { numRuns: runs(250) },
    );
  });
});
