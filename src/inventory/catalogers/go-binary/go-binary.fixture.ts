/** Small programs with Go's build information, made byte by byte as the formats' documents say. */
import type { ExecutableFixture } from '#inventory/catalogers/cataloger.fixture.ts';
import { MAGIC } from './format.ts';
import { goBinary } from './index.ts';

/** Text about modules, between its marks. */
export const MODULES = 'path\texample.com/app\nmod\texample.com/app\tv1.0.0\t\ndep\texample.com/dep\tv2.0.0\t\n';
const BASE = 0x400000;
const TEXT = 0x1000;
/** Where the data segment starts; the build information is 32 bytes further on. */
export const DATA = 0x2000;

/** What a made program is like. */
export interface Shape {
  readonly wide: boolean;
  readonly bigEndian: boolean;
  readonly pointers: boolean;
  readonly sections: 'none' | 'go' | 'other';
  readonly note: boolean;
}

/** As Go's linker lays out a program for Linux on a 64-bit machine today. */
export const PLAIN: Shape = { wide: true, bigEndian: false, pointers: false, sections: 'go', note: false };

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) + 128);
  }
}

/** A small program file with build information, as Go's linker or another one lays it out. */
export function program(shape: Shape, goVersion = 'go1.21.3', modules = MODULES): Buffer {
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
  putBuildInfo(file, DATA + 32, { goVersion, modules, address: BASE + DATA, textAt: TEXT, ...shape });
  return file;
}

interface Placed {
  readonly goVersion: string;
  readonly modules: string;
  /** Of the byte at {@link DATA}. */
  readonly address: number;
  /** Where in the file the strings stand that are pointed to. */
  readonly textAt: number;
  readonly wide: boolean;
  readonly bigEndian: boolean;
  readonly pointers: boolean;
}

/** Writes build information; with pointers, the strings' headers and the strings stand behind it. */
function putBuildInfo(file: Buffer, at: number, placed: Placed): void {
  const { goVersion, modules, address, textAt, wide, bigEndian, pointers } = placed;
  const framed = Buffer.concat([Buffer.alloc(16, 1), Buffer.from(modules), Buffer.alloc(16, 2)]);
  const word = wide ? 8 : 4;
  const version = Buffer.from(goVersion);
  MAGIC.copy(file, at);
  file[at + 14] = word;
  file[at + 15] = (pointers ? 0 : 2) + (bigEndian ? 1 : 0);
  if (!pointers) {
    Buffer.concat([varint(version.length), version, varint(framed.length), framed]).copy(file, at + 32);
    return;
  }
  const put = (place: number, value: number) => {
    const bytes = Buffer.alloc(8);
    if (bigEndian) bytes.writeBigUInt64BE(BigInt(value));
    else bytes.writeBigUInt64LE(BigInt(value));
    bytes.copy(file, place, bigEndian ? 8 - word : 0, bigEndian ? 8 : word);
  };
  const strings: readonly (readonly [Buffer, number, number])[] = [
    [version, textAt, 0x100],
    [framed, textAt + 0x40, 0x140],
  ];
  strings.forEach(([text, offset, header], index) => {
    text.copy(file, offset);
    put(at + 16 + index * word, address + header);
    put(DATA + header, address + offset - DATA);
    put(DATA + header + word, text.length);
  });
}

const LITTLE = { wide: true, bigEndian: false } as const;

/** A program for Windows: one writable data section, at whose start the build information stands. */
export function windowsProgram(pointers: boolean, goVersion = 'go1.21.3', modules = MODULES): Buffer {
  const file = Buffer.alloc(0x3000 + modules.length);
  const start = 0x80;
  file.write('MZ', 0, 'latin1');
  file.writeUInt32LE(start, 0x3c);
  file.write('PE\0\0', start, 'latin1');
  file.writeUInt16LE(2, start + 6);
  file.writeUInt16LE(240, start + 20);
  file.writeUInt16LE(0x20b, start + 24);
  file.writeBigUInt64LE(BigInt(BASE), start + 48);
  const sections = [
    ['.text', TEXT, 0x1000, 0x60000020],
    ['.data', DATA, 0x800 + modules.length, 0xc0000040],
  ] as const;
  sections.forEach(([name, offset, size, flags], index) => {
    const at = start + 24 + 240 + index * 40;
    file.write(name, at, 'latin1');
    [size, offset, size, offset].forEach((value, field) => void file.writeUInt32LE(value, at + 8 + 4 * field));
    file.writeUInt32LE(flags, at + 36);
  });
  putBuildInfo(file, DATA, { goVersion, modules, address: BASE + DATA, textAt: TEXT, ...LITTLE, pointers });
  return file;
}

/** A program for macOS: a segment with the section that Go's linker names after the build information. */
export function macProgram(pointers: boolean, goVersion = 'go1.21.3', modules = MODULES): Buffer {
  const file = Buffer.alloc(0x3000 + modules.length);
  file.writeUInt32BE(0xcffaedfe, 0);
  const segment = 32;
  const size = 0x800 + modules.length;
  file.writeUInt32LE(1, 16);
  file.writeUInt32LE(72 + 80, 20);
  file.writeUInt32LE(0x19, segment);
  file.writeUInt32LE(72 + 80, segment + 4);
  file.write('__DATA', segment + 8, 'latin1');
  const words = [BASE + DATA, size, DATA, size];
  words.forEach((value, index) => void file.writeBigUInt64LE(BigInt(value), segment + 24 + 8 * index));
  file.writeUInt32LE(1, segment + 64);
  const section = segment + 72;
  file.write('__go_buildinfo', section, 'latin1');
  file.write('__DATA', section + 16, 'latin1');
  file.writeBigUInt64LE(BigInt(BASE + DATA), section + 32);
  file.writeBigUInt64LE(BigInt(size), section + 40);
  file.writeUInt32LE(DATA, section + 48);
  putBuildInfo(file, DATA, { goVersion, modules, address: BASE + DATA, textAt: DATA + 0x180, ...LITTLE, pointers });
  return file;
}

const file = (path: string, bytes: Buffer) => ({ path, bytes, packages: 3 });

export const goBinaryFixture: ExecutableFixture = {
  cataloger: goBinary,
  files: [
    file('bin/wide', program(PLAIN)),
    file('bin/narrow', program({ ...PLAIN, wide: false, note: true })),
    file('bin/big-endian', program({ ...PLAIN, bigEndian: true, pointers: true, note: true })),
    file('bin/stripped', program({ ...PLAIN, sections: 'none', note: true })),
    file('bin/old', program({ ...PLAIN, pointers: true })),
    file('bin/windows.exe', windowsProgram(false)),
    file('bin/old-windows.exe', windowsProgram(true)),
    file('bin/mac', macProgram(false)),
    file('bin/old-mac', macProgram(true)),
  ],
};
