import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAGIC } from './format.ts';
import { DATA, macProgram, PLAIN, program, windowsProgram } from './go-binary.fixture.ts';
import { goBinary } from './index.ts';
import { numbersOf } from './program-file.ts';

const EXPECTED = ['stdlib@1.21.3', 'example.com/app@v1.0.0', 'example.com/dep@v2.0.0'];
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

it.each([
  ['Windows', windowsProgram],
  ['macOS', macProgram],
])('reads programs for %s, in a stream too', (_, make) => {
  for (const pointers of [false, true]) {
    const file = make(pointers);
    expect(probe(file)).toMatchObject({ found: EXPECTED, codes: [] });
    for (const size of CHUNKS) expect(stream(file, size)).toMatchObject({ found: EXPECTED, codes: [] });
  }
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
