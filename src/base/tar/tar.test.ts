import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { paxOf, sealHeader, type TarFile, tarEntry, tarOf } from '../../../test/fakes/tar.ts';
import type { TarEntry, TarVisitor, Want } from './entry.ts';
import { readTarRange } from './read-range.ts';
import { readTarStream } from './read-stream.ts';

interface Seen {
  readonly entries: readonly TarEntry[];
  readonly bodies: ReadonlyMap<string, string>;
  readonly problems: readonly string[];
}

/** Takes every file whole, or hands it out in parts. */
function watcher(kind: 'whole' | 'random', limitBytes = 1 << 20): { visitor: TarVisitor; seen: () => Seen } {
  const entries: TarEntry[] = [];
  const bodies = new Map<string, string>();
  const problems: string[] = [];
  const visitor: TarVisitor = {
    problem: ({ code }) => problems.push(code),
    entry: (entry): Want | undefined => {
      entries.push(entry);
      if (entry.type !== 'file') return undefined;
      const done = (bytes: Buffer) => bodies.set(entry.path, bytes.toString('latin1'));
      if (kind === 'whole') return { kind, limitBytes, done, tooLarge: () => bodies.set(entry.path, 'too large') };
      const parts: Buffer[] = [];
      return {
        kind,
        read: (readAt) => done(Buffer.from(readAt(0, entry.sizeBytes))),
        stream: () => ({
          push: (chunk) => parts.push(Buffer.from(chunk)) > 0,
          end: () => done(Buffer.concat(parts)),
        }),
      };
    },
  };
  return { visitor, seen: () => ({ entries, bodies, problems }) };
}

async function* inChunks(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function streamed(bytes: Buffer, size = 700, kind: 'whole' | 'random' = 'whole'): Promise<Seen> {
  const { visitor, seen } = watcher(kind);
  await readTarStream(inChunks(bytes, size), visitor);
  return seen();
}

function sought(bytes: Buffer, kind: 'whole' | 'random' = 'whole'): Seen {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-tar-'));
  try {
    const file = join(directory, 'some.tar');
    writeFileSync(file, Buffer.concat([Buffer.alloc(37), bytes, Buffer.from('beyond')]));
    const fd = openSync(file, 'r');
    const { visitor, seen } = watcher(kind);
    try {
      readTarRange(fd, 37, bytes.length, visitor);
    } finally {
      closeSync(fd);
    }
    return seen();
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const MIXED: readonly TarFile[] = [
  { name: './', type: '5', mode: 0o755 },
  { name: './etc/', type: '5' },
  { name: './etc/hello', body: 'hello' },
  { name: 'empty' },
  { name: 'usr/bin/tool', body: 'x'.repeat(5000), mode: 0o755 },
  { name: 'link', type: '2', link: '../usr/bin/tool' },
  { name: 'same', type: '1', link: './usr/bin/tool' },
  { name: 'device', type: '3' },
  { name: '/absolute', body: 'inside all the same' },
];

describe('reading a tar', () => {
  it('shows the same entries and bodies by seeking and in chunks of any size', async () => {
    const bytes = tarOf(MIXED);
    const expected = sought(bytes);
    expect(expected.problems).toEqual([]);
    expect(expected.entries.map(({ path, type }) => `${type} ${path}`)).toEqual([
      'directory ',
      'directory etc',
      'file etc/hello',
      'file empty',
      'file usr/bin/tool',
      'symlink link',
      'hardlink same',
      'other device',
      'file absolute',
    ]);
    expect(expected.entries.find(({ path }) => path === 'same')?.linkTarget).toBe('usr/bin/tool');
    expect(expected.bodies.get('etc/hello')).toBe('hello');
    for (const size of [1, 511, 512, 513, 100_000]) {
      expect(await streamed(bytes, size)).toEqual(expected);
      expect((await streamed(bytes, size, 'random')).bodies).toEqual(expected.bodies);
    }
    expect(sought(bytes, 'random').bodies).toEqual(expected.bodies);
  });

  it('takes names and sizes from pax and GNU extensions', async () => {
    const long = `${'deep/'.repeat(60)}name`;
    const bytes = tarOf([
      paxOf({ path: 'pax/näme', size: '3' }),
      { name: 'short', body: 'abc', sizeBytes: 0 },
      { name: '././@LongLink', type: 'L', body: `${long}\0` },
      { name: 'cut', body: 'gnu' },
      { name: 'plain', body: 'again' },
    ]);
    const { entries, bodies, problems } = await streamed(bytes);
    expect(problems).toEqual([]);
    expect(entries.map(({ path }) => path)).toEqual(['pax/näme', long, 'plain']);
    expect([...bodies.values()]).toEqual(['abc', 'gnu', 'again']);
    expect(sought(bytes).entries).toEqual(entries);
  });

  it('refuses names that leave the root, and goes on', async () => {
    const bytes = tarOf([
      { name: '../../etc/passwd', body: 'evil' },
      { name: 'a/../../b', body: 'evil' },
      { name: 'a/../c', body: 'fine' },
      paxOf({ path: 'x'.repeat(65_536) }),
      { name: 'short', body: 'evil' },
      { name: 'last', body: 'fine' },
    ]);
    const { entries, problems } = await streamed(bytes);
    expect(entries.map(({ path }) => path)).toEqual(['c', 'last']);
    expect(problems).toEqual(['TAR_PATH_REFUSED', 'TAR_PATH_REFUSED', 'TAR_PATH_REFUSED']);
  });

  it('says so when the archive was cut off anywhere', async () => {
    const bytes = tarOf([
      { name: 'a', body: 'a'.repeat(2000) },
      { name: 'b', body: 'b'.repeat(700) },
    ]);
    for (const length of [1, 511, 600, 1023, 2400, 2561, 3071, 3072, 3500]) {
      const cut = bytes.subarray(0, length);
      const wanted = length < 512 ? ['threw'] : ['TAR_TRUNCATED'];
      const outcome = await streamed(cut).then(
        ({ problems }) => problems,
        () => ['threw'],
      );
      expect([length, outcome]).toEqual([length, wanted]);
    }
  });

  it('takes an archive whole that ends without the last padding, as some writers leave it', async () => {
    const bytes = tarEntry({ name: 'a', body: 'a'.repeat(797) }).subarray(0, 512 + 797);
    for (const seen of [await streamed(bytes), sought(bytes), await streamed(bytes, 100, 'random')]) {
      expect([seen.problems, seen.bodies.get('a')?.length]).toEqual([[], 797]);
    }
  });

  it('refuses what is no tar', async () => {
    await expect(streamed(Buffer.from('#!/bin/sh\necho no tar\n'.repeat(100)))).rejects.toMatchObject({
      code: 'TAR_NOT_AN_ARCHIVE',
    });
    await expect(streamed(Buffer.alloc(0))).rejects.toMatchObject({ code: 'TAR_NOT_AN_ARCHIVE' });
  });

  it('reads an empty archive as empty', async () => {
    expect(await streamed(Buffer.alloc(10_240))).toEqual({ entries: [], bodies: new Map(), problems: [] });
  });

  it('asks no memory for a size that is only claimed', async () => {
    const bytes = Buffer.concat([tarEntry({ name: 'huge', sizeBytes: 0o77777777777 }), Buffer.alloc(4096)]);
    const { bodies, problems } = await streamed(bytes);
    expect(bodies.get('huge')).toBe('too large');
    expect(problems).toEqual(['TAR_TRUNCATED']);
  });

  const gnuTar = spawnSync('tar', ['--version']).stdout?.includes('GNU');
  it.skipIf(!gnuTar)(
    'puts sparse files together in every form that GNU tar writes (skipped without GNU tar)',
    async () => {
      const directory = mkdtempSync(join(tmpdir(), 'holdfast-sparse-'));
      try {
        const file = join(directory, 'holes');
        writeFileSync(file, 'begin');
        truncateSync(file, 300_000);
        execFileSync('dd', [
          'if=/dev/zero',
          `of=${file}`,
          'bs=1',
          'count=1',
          'seek=400000',
          'conv=notrunc',
          'status=none',
        ]);
        execFileSync('sh', ['-c', `printf end | dd of=${file} bs=1 seek=200000 conv=notrunc status=none`]);
        for (const form of ['gnu', 'posix0.0', 'posix0.1', 'posix1.0']) {
          const version = form.startsWith('posix')
            ? ['--format=posix', `--sparse-version=${form.slice(5)}`]
            : ['--format=gnu'];
          const bytes = execFileSync('tar', ['-C', directory, '--sparse', ...version, '-cf', '-', 'holes'], {
            maxBuffer: 1 << 24,
          });
          for (const seen of [await streamed(bytes), sought(bytes)]) {
            const body = seen.bodies.get('holes') ?? '';
            expect([form, seen.problems, seen.entries.map(({ path, sizeBytes }) => `${path} ${sizeBytes}`)]).toEqual([
              form,
              [],
              ['holes 400001'],
            ]);
            expect([body.length, body.slice(0, 5), body.slice(200_000, 200_003), body.charCodeAt(150_000)]).toEqual([
              400_001,
              'begin',
              'end',
              0,
            ]);
          }
        }
      } finally {
        rmSync(directory, { recursive: true });
      }
    },
  );

  it('never throws anything unexpected, and always ends, whatever bytes come', async () => {
    const good = tarOf([
      ...MIXED,
      paxOf({ path: 'p', 'GNU.sparse.map': '0,1,2,3', 'GNU.sparse.size': '9' }),
      { name: 'q', body: 'abcd' },
    ]);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 12 }),
        fc.nat(good.length),
        fc.boolean(),
        async (edits, length, seal) => {
          const bytes = Buffer.from(good);
          for (const [at, value] of edits) {
            bytes[at] = value;
            const block = at - (at % 512);
            if (seal) sealHeader(bytes.subarray(block, block + 512));
          }
          const cut = bytes.subarray(0, Math.max(length, 512));
          const codes: unknown[] = [];
          const note = (error: unknown) => codes.push((error as { code?: unknown }).code);
          await streamed(cut, 1000).catch(note);
          try {
            sought(cut, 'random');
          } catch (error) {
            note(error);
          }
          expect(codes.every((code) => code === 'TAR_NOT_AN_ARCHIVE')).toBe(true);
        },
      ),
      { numRuns: 150 },
    );
  });
});
