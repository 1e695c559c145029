import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAGIC } from './format.ts';
import { goBinary } from './index.ts';
import { numbersOf } from './program-file.ts';

const MODULES = 'path\texample.com/app\nmod\texample.com/app\tv1.0.0\t\ndep\texample.com/dep\tv2.0.0\t\n';
const EXPECTED = ['stdlib@1.21.3', 'example.com/app@v1.0.0', 'example.com/dep@v2.0.0'];
const BASE = 0x400000;
const TEXT = 0x1000;
const DATA = 0x2000;

interface Shape {
  readonly wide: boolean;
  readonly bigEndian: boolean;
  readonly pointers: boolean;
  readonly sections: 'none' | 'go' | 'other';
  readonly note: boolean;
}

const PLAIN: Shape = { wide: true, bigEndian: false, pointers: false, sections: 'go', note: false };

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) + 128);
  }
}

/** A small program file with build information, as Go's linker or another one lays it out. */
function program(shape: Shape, goVersion = 'go1.21.3', modules = MODULES): Buffer {
  const file = Buffer.alloc(0x3000 + modules.length);
  const word = shape.wide ? 8 : 4;
  const put = (at: number, bytes: 2 | 4 | 8, value: number) => {
    if (bytes === 8)
      shape.bigEndian ? file.writeBigUInt64BE(BigInt(value), at) : file.writeBigUInt64LE(BigInt(value), at);
    else if (shape.bigEndian) file.writeUIntBE(value, at, bytes);
    else file.writeUIntLE(value, at, bytes);
  };
  const header = shape.wide ? 64 : 52;
  const segment = shape.wide ? 56 : 32;
  const section = shape.wide ? 64 : 40;
  const table = shape.note ? file.length - 3 * section : header + 2 * segment;
  file.write('\x7fELF', 0, 'latin1');
  file[4] = shape.wide ? 2 : 1;
  file[5] = shape.bigEndian ? 2 : 1;
  put(16, 2, 2);
  put(shape.wide ? 32 : 28, word, header);
  put(shape.wide ? 40 : 32, word, shape.sections === 'none' ? 0 : table);
  const counts = shape.sections === 'none' ? [0, 0, 0] : [section, 3, 2];
  for (const [index, value] of [segment, 2, ...counts].entries()) put((shape.wide ? 54 : 42) + 2 * index, 2, value);
  const places = [TEXT, DATA].map((offset, index) => ({
    offset,
    flags: index === 0 ? 4 : 6,
    at: header + index * segment,
  }));
  for (const { offset, flags, at } of places) {
    put(at, 4, 1);
    put(at + (shape.wide ? 4 : 24), 4, flags);
    put(at + (shape.wide ? 8 : 4), word, offset);
    put(at + (shape.wide ? 16 : 8), word, BASE + offset);
    put(at + (shape.wide ? 32 : 16), word, offset === TEXT ? 0x1000 : 0x800 + modules.length);
  }
  if (shape.note) file.write('\x04\0\0\0Go\0\0', 0x800, 'latin1');
  if (shape.sections !== 'none') {
    const names = `\0${shape.sections === 'go' ? '.go.buildinfo' : '.data'}\0.shstrtab\0`;
    file.write(names, 0xf00, 'latin1');
    const ranges = [
      [0, 0, 0, 0],
      [1, BASE + DATA, DATA, 0x800],
      [names.indexOf('.shstrtab'), 0, 0xf00, names.length],
    ];
    ranges.forEach(([name = 0, address = 0, offset = 0, size = 0], index) => {
      const at = table + index * section;
      put(at, 4, name);
      put(at + (shape.wide ? 16 : 12), word, address);
      put(at + (shape.wide ? 24 : 16), word, offset);
      put(at + (shape.wide ? 32 : 20), word, size);
    });
  }
  const framed = Buffer.concat([Buffer.alloc(16, 1), Buffer.from(modules), Buffer.alloc(16, 2)]);
  MAGIC.copy(file, DATA + 32);
  file[DATA + 32 + 14] = word;
  file[DATA + 32 + 15] = (shape.pointers ? 0 : 2) + (shape.bigEndian ? 1 : 0);
  const version = Buffer.from(goVersion);
  if (!shape.pointers) {
    const strings = [varint(version.length), version, varint(framed.length), framed];
    Buffer.concat(strings).copy(file, DATA + 64);
    return file;
  }
  const strings: readonly (readonly [Buffer, number, number])[] = [
    [version, TEXT, 0x100],
    [framed, TEXT + 0x40, 0x140],
  ];
  strings.forEach(([text, offset, at], index) => {
    text.copy(file, offset);
    put(DATA + 48 + index * word, word, BASE + DATA + at);
    put(DATA + at, word, BASE + offset);
    put(DATA + at + word, word, text.length);
  });
  return file;
}

function context(codes: string[]) {
  return { beside: () => undefined, problem: (problem: { code: string }) => void codes.push(problem.code) };
}

type Items = ReturnType<typeof goBinary.probe>;

function names(items: Items): string[] {
  return [...items].map((item) =>
    item.kind === 'package' ? `${item.package.name}@${item.package.version}` : item.kind,
  );
}

function probe(file: Buffer) {
  const codes: string[] = [];
  let readBytes = 0;
  const readAt = (offset: number, length: number) => {
    const bytes = file.subarray(offset, offset + length);
    readBytes += bytes.length;
    return bytes;
  };
  return { found: names(goBinary.probe('bin/x', file.length, readAt, context(codes))), codes, readBytes };
}

function stream(file: Buffer, chunkBytes: number, sizeBytes = file.length) {
  const codes: string[] = [];
  const sink = goBinary.stream('bin/x', sizeBytes, context(codes));
  let chunks = 0;
  for (let at = 0; at < file.length; at += chunkBytes) {
    chunks += 1;
    const chunk = Buffer.from(file.subarray(at, at + chunkBytes));
    const more = sink.push(chunk);
    chunk.fill(0xee);
    if (!more) break;
  }
  return { found: names(sink.end()), codes, chunks };
}

const CHUNKS = [1, 3, 13, 512, 5000, 1 << 20];

describe.each([true, false])('in a program of 64 bits: %s', (wide) => {
  it.each([true, false])('reads strings in line and behind pointers, big-endian: %s', (bigEndian) => {
    for (const pointers of [false, true]) {
      for (const sections of ['go', 'none'] as const) {
        const file = program({ wide, bigEndian, pointers, sections, note: true });
        expect(probe(file)).toMatchObject({ found: EXPECTED, codes: [] });
        for (const size of CHUNKS) expect(stream(file, size)).toMatchObject({ found: EXPECTED, codes: [] });
      }
    }
  });
});

it('finds strings in line in a stream without any of Go’s marks in its head', () => {
  const file = program({ ...PLAIN, sections: 'none' });
  for (const size of CHUNKS) expect(stream(file, size).found).toEqual(EXPECTED);
  for (const size of CHUNKS) expect(stream(file, size, 1 << 30).found).toEqual(EXPECTED);
});

it('says that strings behind pointers are out of reach in a stream too large to be kept', () => {
  const file = program({ ...PLAIN, pointers: true, note: true });
  expect(stream(file, 1000, 1 << 30)).toMatchObject({ found: [], codes: ['GO_BUILDINFO_OUT_OF_REACH'] });
});

it('goes on behind marks that start no build information', () => {
  const file = program(PLAIN);
  MAGIC.copy(file, DATA);
  file[DATA + 15] = 2;
  file[DATA + 16 + 16] = 0xff;
  const padded = Buffer.concat([file.subarray(0, DATA), MAGIC, Buffer.from([8, 2]), Buffer.alloc(0x40, 0x20)]);
  expect(stream(Buffer.concat([padded, file.subarray(padded.length)]), 7).codes).toEqual([]);
  expect(probe(file).found).toEqual(EXPECTED);
});

it('lets other files go at once', () => {
  expect(stream(Buffer.from('#!/bin/sh\n'.repeat(1000)), 64)).toEqual({ found: [], codes: [], chunks: 1 });
  expect(stream(Buffer.from('ab'), 1)).toEqual({ found: [], codes: [], chunks: 2 });
  expect(stream(Buffer.alloc(0), 1)).toEqual({ found: [], codes: [], chunks: 0 });
  expect(probe(Buffer.from('#!/bin/sh\n'))).toMatchObject({ found: [], codes: [] });
  const other = probe(program({ ...PLAIN, sections: 'other' }));
  expect(other).toMatchObject({ found: [], codes: [] });
  expect(other.readBytes).toBeLessThan(1000);
});

it('reports build information that is marked and cannot be read', () => {
  const file = program({ ...PLAIN, note: true });
  file[DATA + 64] = 0xff;
  file[DATA + 65] = 0x7f;
  expect(probe(file)).toMatchObject({ found: [], codes: ['GO_BUILDINFO_INVALID'] });
  expect(stream(file, 100)).toMatchObject({ found: [], codes: ['GO_BUILDINFO_INVALID'] });
  const large = program({ ...PLAIN, note: true });
  Buffer.from([0xff, 0xff, 0xff, 0x7f]).copy(large, DATA + 64 + 9);
  expect(probe(large)).toMatchObject({ found: [], codes: ['GO_BUILDINFO_LIMIT'] });
  const cut = program({ ...PLAIN, sections: 'none' }).subarray(0, DATA + 80);
  expect(stream(cut, 100)).toMatchObject({ found: [], codes: ['GO_BUILDINFO_INVALID'] });
});

it('lists the standard library alone where there is no text about modules', () => {
  expect(probe(program(PLAIN, 'go1.20', ''))).toMatchObject({ found: ['stdlib@1.20'], codes: [] });
});

it('gives the same answer with random access and in a stream, and never throws, whatever is changed', () => {
  const shapes = [
    PLAIN,
    { ...PLAIN, wide: false, note: true },
    { ...PLAIN, pointers: true, bigEndian: true, note: true },
  ];
  const change = fc.record({
    at: fc.oneof(fc.nat(0x200), fc.integer({ min: DATA, max: DATA + 0x200 })),
    byte: fc.nat(255),
  });
  fc.assert(
    fc.property(
      fc.constantFrom(...shapes),
      fc.array(change),
      fc.integer({ min: 1, max: 9000 }),
      (shape, changes, size) => {
        const file = program(shape);
        for (const { at, byte } of changes) file[at] = byte;
        const { found } = probe(file);
        const streamed = stream(file, size);
        if (found.length > 0 && streamed.found.length > 0) expect(streamed.found).toEqual(found);
        expect(stream(file, 1 + (size % 40))).toEqual({ ...streamed, chunks: expect.any(Number) });
      },
    ),
  );
});

it('reads numbers past the end as 0 and those beyond 2^53 as no place', () => {
  const numbers = numbersOf(Buffer.alloc(8, 0xff), false, 8);
  expect([numbers.u16(7), numbers.u32(6), numbers.word(1), numbers.word(-1)]).toEqual([0, 0, 0, 0]);
  expect(numbers.word(0)).toBe(Number.POSITIVE_INFINITY);
});
