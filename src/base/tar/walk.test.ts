import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inChunks } from '../../../test/fakes/chunks.ts';
import { paxOf, sealHeader, type TarFile, tarEntry, tarOf } from '../../../test/fakes/tar.ts';
import type { TarVisitor, Want } from './entry.ts';
import { readTarRange } from './read-range.ts';
import { readTarStream } from './read-stream.ts';
import { walkTar } from './walk.ts';

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'holdfast-walk-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

/** Entries as `type path`, bodies of files behind an equals sign, links behind an arrow; problems by their codes. */
function noting(limitBytes = 1 << 20): { visitor: TarVisitor; seen: string[] } {
  const seen: string[] = [];
  return {
    seen,
    visitor: {
      problem: (problem) => seen.push(JSON.stringify(problem)),
      entry: ({ path, type, linkTarget }): Want | undefined => {
        const link = linkTarget === undefined ? '' : ` -> ${linkTarget}`;
        const at = seen.push(`${type} ${path}${link}`) - 1;
        if (type !== 'file') return undefined;
        const note = (text: string) => {
          seen[at] = `${type} ${path} = ${text}`;
        };
        return {
          kind: 'whole',
          limitBytes,
          done: (bytes) => note(bytes.toString()),
          tooLarge: () => note('too large'),
        };
      },
    },
  };
}

/** What both ways of reading say, which must be the same. */
async function seen(bytes: Buffer, limitBytes?: number): Promise<readonly string[]> {
  const streamed = noting(limitBytes);
  const sought = noting(limitBytes);
  const file = join(directory, 'some.tar');
  writeFileSync(file, bytes);
  const fd = openSync(file, 'r');
  let thrown: unknown;
  try {
    readTarRange(fd, 0, bytes.length, sought.visitor);
  } catch (error) {
    thrown = error;
  } finally {
    closeSync(fd);
  }
  const reading = readTarStream(inChunks(bytes, 1000), streamed.visitor);
  if (thrown === undefined) await reading;
  else await expect(reading).rejects.toEqual(thrown);
  expect(streamed.seen).toEqual(sought.seen);
  return sought.seen;
}

const seenOf = (...files: readonly TarFile[]) => seen(tarOf(files));
const codes = (lines: readonly string[]) =>
  lines.map((line) => (line.startsWith('{') ? (JSON.parse(line) as { code: string }).code : line));

describe('an archive means what it means to the engines', () => {
  it('so links, directories, devices and pipes have no body, whatever size they claim', async () => {
    const claims = ['1', '2', '3', '4', '5', '6'].map((type) => ({
      name: `t${type}`,
      type,
      link: 'x',
      sizeBytes: 512,
    }));
    expect(await seenOf(...claims, { name: 'after', body: 'seen' })).toEqual([
      'hardlink t1 -> x',
      'symlink t2 -> x',
      'other t3',
      'other t4',
      'directory t5',
      'other t6',
      'file after = seen',
    ]);
  });

  it('so a slash at the end makes a directory only in the form from before ustar', async () => {
    const entries = await seenOf(
      { name: 'file/', body: 'abc' },
      { name: 'old/', type: '\0' },
      { name: 'o', type: '\0' },
    );
    expect(entries).toEqual(['file file = abc', 'directory old', 'file o = ']);
  });

  it('so a global header says nothing of the entries, and makes forgotten what came before it', async () => {
    const global = { ...paxOf({ path: 'everywhere', size: '1' }), type: 'g' };
    expect(await seenOf(global, { name: 'one', body: 'abc' }, { name: 'two', body: 'de' })).toEqual([
      'file one = abc',
      'file two = de',
    ]);
    expect(await seenOf(paxOf({ path: 'forgotten' }), global, { name: 'real' })).toEqual(['file real = ']);
  });

  it('so the second of two pax headers replaces the first', async () => {
    expect(await seenOf(paxOf({ path: 'first' }), paxOf({ comment: 'x' }), { name: 'real' })).toEqual(['file real = ']);
  });

  it('so a long name in the GNU form comes before one in the pax form', async () => {
    const gnu = { name: '././@LongLink', type: 'L', body: 'gnu\0' };
    const link = { name: '././@LongLink', type: 'K', body: 'to/gnu\0' };
    const entries = await seenOf(paxOf({ path: 'pax', linkpath: 'to/pax' }), gnu, link, { name: 'n', type: '2' });
    expect(entries).toEqual(['symlink gnu -> to/gnu']);
  });

  it('so the prefix of ustar counts, what GNU writes in its place does not, and what old engines wrote there does', async () => {
    const entry = (magic: string, more: string | Buffer) => {
      const bytes = tarEntry({ name: 'name' });
      bytes.write(magic, 257, 'latin1');
      bytes.set(Buffer.from(more), 345);
      sealHeader(bytes.subarray(0, 512));
      return bytes;
    };
    const GNU = 'ustar  \0';
    const entries = [
      entry('ustar\x0000', 'some/prefix'),
      entry(GNU, 'old/engine'),
      entry(GNU, `${'\0'.repeat(12)}no time`),
      entry(GNU, '14000000000\x0014000000000\0'),
      entry(GNU, Buffer.concat([Buffer.from([0x80, 0, 0, 0, 0, 0, 0, 0, 0x60, 0, 0, 0]), Buffer.alloc(12)])),
      entry(GNU, 'nicht-ascii-\u00e4'),
      entry(GNU, ''),
    ];
    expect(await seen(Buffer.concat(entries))).toEqual([
      'file some/prefix/name = ',
      'file old/engine/name = ',
      ...Array(5).fill('file name = '),
    ]);
  });

  it('so a sparse name without a sparse version is no name', async () => {
    const entries = await seenOf(paxOf({ 'GNU.sparse.name': 'hidden' }), { name: 'shown', body: 'a' });
    expect(entries).toEqual(['file shown = a']);
  });
});

describe('what is wrong with an archive is said', () => {
  it('for a pax size that is none', async () => {
    for (const size of ['-1', '1e3', '99999999999999999999', 'x']) {
      const entries = await seenOf(paxOf({ size }), { name: 'a', body: 'abc' }, { name: 'b', body: 'd' });
      expect(codes(entries)).toEqual(['TAR_PAX_INVALID', 'file a = abc', 'file b = d']);
    }
  });

  it('for malformed pax records, and those before them stand', async () => {
    for (const bad of ['9 path=x', '99 path=x\n', '0 \n', 'x path=y\n', '10 path\n', '12 path=abcd!']) {
      const records = Buffer.concat([Buffer.from('10 path=p\n'), Buffer.from(bad)]);
      const entries = await seenOf({ name: 'x', type: 'x', body: records }, { name: 'a', body: 'b' });
      expect(codes(entries)).toEqual(['TAR_PAX_INVALID', 'file p = b']);
    }
  });

  it('for an extension that is too long', async () => {
    const entries = await seenOf({ name: 'x', type: 'L', body: Buffer.alloc(1024 * 1024 + 1, 'n') }, { name: 'a' });
    expect(codes(entries)).toEqual(['TAR_INVALID']);
  });

  it('for one block of zeros that does not end it', async () => {
    const bytes = Buffer.concat([tarEntry({ name: 'a' }), Buffer.alloc(512), tarEntry({ name: 'b' })]);
    expect(codes(await seen(bytes))).toEqual(['file a = ', 'TAR_INVALID']);
  });

  it('for more entries than the limit', () => {
    const lines = noting();
    const walk = walkTar(lines.visitor, 2);
    const bytes = tarOf([{ name: 'a' }, { name: 'b' }, { name: 'c' }]);
    let at = 0;
    for (let step = walk.next(); !step.done; ) {
      const length = typeof step.value === 'number' ? Math.abs(step.value) : 0;
      step = walk.next(bytes.subarray(at, at + length));
      at += length;
    }
    expect(codes(lines.seen)).toEqual(['file a = ', 'file b = ', 'TAR_TOO_MANY_ENTRIES']);
  });

  it('wherever it was cut off, but behind an entry', async () => {
    const files: TarFile[] = [
      { name: 'a', body: 'a'.repeat(1500) },
      paxOf({ path: 'b' }),
      { name: 'x', body: 'b'.repeat(512) },
      { name: 'c', type: '5' },
    ];
    const bytes = Buffer.concat(files.map(tarEntry));
    const whole = new Set([2048, 4096, bytes.length]);
    for (let length = 512; length <= bytes.length; length += 128) {
      const said = codes(await seen(bytes.subarray(0, length)));
      expect([length, said.includes('TAR_TRUNCATED')]).toEqual([length, !whole.has(length)]);
    }
  });
});

describe('sparse files', () => {
  const sparse = (records: Record<string, string>, body: string | Buffer): readonly TarFile[] => [
    paxOf({ 'GNU.sparse.major': '1', 'GNU.sparse.minor': '0', 'GNU.sparse.name': 'f', ...records }),
    { name: 'GNUSparseFile.0/f', body },
  ];
  const headed = (map: string, data: string) => Buffer.concat([Buffer.from(map.padEnd(512, '\0')), Buffer.from(data)]);

  it('are put together from the map in front of them', async () => {
    const body = headed('2\n1\n2\n5\n1\n', 'abc');
    expect(await seenOf(...sparse({ 'GNU.sparse.realsize': '7' }, body))).toEqual(['file f = \0ab\0\0c\0']);
  });

  it('whose map is wrong are said, and the archive goes on', async () => {
    const maps = ['1\n5\n9\n', '2\n3\n1\n0\n1\n', '1\n0\n4\n', '1\n', 'x\n', '99999\n', '1\n-1\n1\n', '1\n1.5\n1\n'];
    for (const map of maps) {
      const files = sparse({ 'GNU.sparse.realsize': '7' }, headed(map, 'abc'));
      expect(codes(await seenOf(...files, { name: 'z' }))).toEqual(['file f', 'TAR_SPARSE_INVALID', 'file z = ']);
    }
  });

  it('that would grow beyond the limit are not put together', async () => {
    const files = sparse({ 'GNU.sparse.realsize': String(2 ** 40) }, headed('0\n', ''));
    expect(await seenOf(...files, { name: 'z' })).toEqual(['file f = too large', 'file z = ']);
    const large = sparse({ 'GNU.sparse.realsize': String(65 * 1024 * 1024) }, headed('0\n', ''));
    expect(codes(await seen(tarOf(large), 2 ** 30))).toEqual(['file f', 'TAR_SPARSE_TOO_LARGE']);
  });

  it('cost no more together than their limit', async () => {
    const one = sparse({ 'GNU.sparse.realsize': String(60 * 1024 * 1024) }, headed('0\n', ''));
    const lines: string[] = [];
    const visitor: TarVisitor = {
      problem: ({ code }) => lines.push(code),
      entry: () => ({
        kind: 'whole',
        limitBytes: 2 ** 30,
        done: (b) => lines.push(String(b.length)),
        tooLarge: () => 0,
      }),
    };
    await readTarStream(inChunks(tarOf([one, one, one, one, one].flat()), 4096), visitor);
    expect(lines).toEqual([...Array(4).fill(String(60 * 1024 * 1024)), 'TAR_SPARSE_TOO_LARGE']);
  });
});

describe('an archive that passes by', () => {
  it('is let go of when reading is given up', async () => {
    let closed = false;
    const chunks = async function* () {
      try {
        for (;;) yield tarEntry({ name: 'a' });
      } finally {
        closed = true;
      }
    };
    const visitor: TarVisitor = {
      problem: () => undefined,
      entry: () => {
        throw new Error('enough');
      },
    };
    await expect(readTarStream(chunks(), visitor)).rejects.toThrow('enough');
    expect(closed).toBe(true);
  });

  it('fails with what failed, also when a body was being read and its reader went on', async () => {
    const chunks = async function* () {
      yield tarEntry({ name: 'a', sizeBytes: 5000 });
      throw new Error('the line went dead');
    };
    const reading = readTarStream(chunks(), {
      problem: () => undefined,
      entry: () => ({
        kind: 'nested',
        consume: async (body) => {
          await expect(body[Symbol.asyncIterator]().next()).rejects.toThrow('the line went dead');
        },
      }),
    });
    await expect(reading).rejects.toThrow('the line went dead');
  });
});
