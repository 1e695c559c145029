import fc from 'fast-check';

/** Every so many bytes a file is cut off. */
const CUT_BYTES = 64;
/** Longer than any line that a cataloger keeps; what takes quadratic time takes minutes for it. */
const MUCH = 256 * 1024;

/** The file, cut off at many places: all of the small ones, some hundred of the large ones. */
export function cuts(bytes: Buffer): readonly Buffer[] {
  const step = Math.max(CUT_BYTES, Math.ceil(bytes.length / 256));
  return Array.from({ length: Math.ceil(bytes.length / step) }, (_, index) => bytes.subarray(0, index * step));
}

/** What breaks readers of text and of binary formats. */
const SNIPPETS = [
  '\0',
  '\n',
  '\n\n',
  '\r',
  '\r\n\r\n',
  ':',
  '"',
  '\\u0000',
  '\\u001b[2J',
  '\u001b[2J',
  '\u0085',
  '\uFEFF',
  '\u2028',
  '{',
  '[[[[[[[[',
  '__proto__',
  '../../etc/passwd',
  '(',
  '\t',
  '%00',
]
  .map((text) => Buffer.from(text))
  .concat([Buffer.from([0xff, 0xfe]), Buffer.from([0xc3]), Buffer.from([0xed, 0xa0, 0x80]), Buffer.alloc(300, 0x41)]);

const place = fc.nat();
const change = fc.oneof(
  fc.record({ kind: fc.constant('replace' as const), place, with: fc.uint8Array({ minLength: 1, maxLength: 8 }) }),
  fc.record({ kind: fc.constant('insert' as const), place, with: fc.constantFrom(...SNIPPETS) }),
  fc.record({ kind: fc.constant('delete' as const), place, count: fc.integer({ min: 1, max: 80 }) }),
  fc.record({ kind: fc.constant('repeat' as const), place, count: fc.integer({ min: 1, max: 200 }) }),
);

/** The file with up to six changes: bytes replaced, hostile pieces put in, pieces left out or repeated. */
export function mutations(bytes: Buffer): fc.Arbitrary<Buffer> {
  return fc.array(change, { minLength: 1, maxLength: 6 }).map((changes) => {
    let changed = bytes;
    for (const one of changes) {
      const at = one.place % (changed.length + 1);
      const before = changed.subarray(0, at);
      if (one.kind === 'insert') changed = Buffer.concat([before, one.with, changed.subarray(at)]);
      else if (one.kind === 'replace')
        changed = Buffer.concat([before, one.with, changed.subarray(at + one.with.length)]);
      else if (one.kind === 'delete') changed = Buffer.concat([before, changed.subarray(at + one.count)]);
      else changed = Buffer.concat([before, changed.subarray(at, at + one.count), changed.subarray(at)]);
    }
    return changed;
  });
}

/** Files that are nothing a cataloger knows, and valid ones with something enormous in them. */
export function monsters(bytes: Buffer): readonly (readonly [name: string, bytes: Buffer])[] {
  const middle = bytes.length >> 1;
  const around = (piece: Buffer) => Buffer.concat([bytes.subarray(0, middle), piece, bytes.subarray(middle)]);
  return [
    ['nothing', Buffer.alloc(0)],
    ['NUL bytes alone', Buffer.alloc(MUCH)],
    ['all bits set', Buffer.alloc(MUCH, 0xff)],
    ['line ends alone', Buffer.alloc(MUCH, 0x0a)],
    ['an enormous line inside', around(Buffer.alloc(MUCH, 0x78))],
    ['a great many NUL bytes inside', around(Buffer.alloc(MUCH))],
    ['a great many spaces inside', around(Buffer.alloc(MUCH, 0x20))],
    ['a great many brackets inside', around(Buffer.alloc(MUCH, 0x5b))],
    ['much in front', Buffer.concat([Buffer.alloc(MUCH, 0x78), bytes])],
    ['much behind', Buffer.concat([bytes, Buffer.alloc(MUCH, 0x78)])],
    ['itself a thousand times', Buffer.concat(Array.from({ length: 1000 }, () => bytes)).subarray(0, 4 * MUCH)],
    ['a byte order mark in front', Buffer.concat([Buffer.from('\uFEFF'), bytes])],
    ['line ends of Windows', Buffer.from(bytes.toString('latin1').replaceAll('\n', '\r\n'), 'latin1')],
    ['line ends of old', Buffer.from(bytes.toString('latin1').replaceAll('\n', '\r'), 'latin1')],
    ['two bytes a character', Buffer.from(bytes.toString('utf8'), 'utf16le')],
  ];
}
