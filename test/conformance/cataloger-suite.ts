import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HoldfastError, type Problem } from '#core/errors.ts';
import type { Plugin } from '#core/plugin.ts';
import type { CatalogContext, StreamProbe } from '#inventory/cataloger.ts';
import type { CatalogerFixture, ExecutableFixture, FixtureFile } from '#inventory/catalogers/cataloger.fixture.ts';
import { compileMatches } from '#inventory/matcher.ts';
import type { Item } from '#inventory/package.ts';
import { runs } from '../harness/runs.ts';
import { cuts, monsters, mutations } from './hostile-bytes.ts';
import { itemSchema, problemSchema } from './item-schema.ts';

const RUNS = runs(20);
const CHUNKS = [1, 7, 4096, Number.MAX_SAFE_INTEGER];
/** A program's first bytes tell whether it is worth keeping while it streams by; behind them both ways must agree. */
const HEAD_BYTES = 4096;

export const CATALOGERS_FOLDER = join(import.meta.dirname, '../../src/inventory/catalogers');

interface Answer {
  readonly items: readonly Item[];
  readonly problems: readonly Problem[];
  /** The code of the error that ended it. */
  readonly error?: string;
}

/** Runs a cataloger to its end. Any error but a HoldfastError is a failed test. */
function answer(run: (context: CatalogContext) => Iterable<Item>, beside: FixtureFile['beside'] = {}): Answer {
  const problems: Problem[] = [];
  const items: Item[] = [];
  const context: CatalogContext = {
    problem: (problem) => problems.push(problem),
    beside: (ending) => {
      const bytes = beside[ending];
      return bytes === undefined ? undefined : { path: `x${ending}`, mode: 0o644, bytes };
    },
  };
  try {
    for (const item of run(context)) items.push(item);
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    return { items, problems, error: error.code };
  }
  return { items, problems };
}

function expectSound({ items, problems }: Answer, path: string): void {
  expect(items.flatMap((item) => itemSchema.safeParse(item).error?.issues ?? [])).toEqual([]);
  expect(problems.flatMap((problem) => problemSchema.safeParse(problem).error?.issues ?? [])).toEqual([]);
  expect(problems.filter((problem) => problem.path !== path)).toEqual([]);
  expect(new Set(problems.map(({ code }) => code)).size).toBeLessThan(12);
}

function packagesIn({ items }: Answer): number {
  return items.filter(({ kind }) => kind === 'package').length;
}

function expectPlugin({ id, version, title }: Plugin): void {
  expect(id).toMatch(/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/);
  expect(Number.isInteger(version) && version >= 1).toBe(true);
  expect(title).toMatch(/^\S.{4,60}\S$/);
  const readme = join(CATALOGERS_FOLDER, id, 'README.md');
  expect(existsSync(readme) ? readFileSync(readme, 'utf8') : '').toMatch(
    new RegExp(`^# ${id}\\n[^]*(?:[Cc]annot see|[Cc]an ?not be seen)`),
  );
}

/** What every cataloger that reads whole files must do. */
export function catalogerSuite({ cataloger, files, nearMisses }: CatalogerFixture): void {
  const read = (file: FixtureFile, bytes = file.bytes) =>
    answer((context) => cataloger.catalog({ path: file.path, mode: 0o644, bytes }, context), file.beside);

  describe(`the cataloger ${cataloger.id}`, () => {
    it('says what it is, and has a page about what it cannot see', () => {
      expectPlugin(cataloger);
      expect(cataloger.limitBytes).toBeGreaterThan(0);
      expect(cataloger.limitBytes).toBeLessThanOrEqual(256 * 1024 * 1024);
    });

    it('is given its own files and no others', () => {
      const matches = compileMatches([cataloger]);
      expect(files.filter(({ path }) => matches(path).length === 0)).toEqual([]);
      const misses = [...nearMisses, '', ...files.flatMap(({ path }) => [`${path}/x`, `${path} `])];
      const inDirectories = misses.filter((path) => !isInside(path, cataloger.match.directories ?? []));
      expect(inDirectories.filter((path) => matches(path).length > 0)).toEqual([]);
      expect(nearMisses.filter((path) => matches(path).length > 0)).toEqual([]);
    });

    it.each(files)('reads $path: $packages packages', (file) => {
      const found = read(file);
      expect(found.problems).toEqual([]);
      expect(packagesIn(found)).toBe(file.packages);
      expectSound(found, file.path);
    });

    it.each(files)('gives the same for $path again, and leaves its bytes alone', (file) => {
      const before = Buffer.from(file.bytes);
      const found = read(file);
      expect(read(file)).toEqual(found);
      expect(read(file, Buffer.from(file.bytes))).toEqual(found);
      expect(file.bytes.equals(before)).toBe(true);
    });

    it.each(files)('keeps nothing of the buffer of $path, which is used again', (file) => {
      const bytes = Buffer.from(file.bytes);
      const found = read(file, bytes);
      const before = structuredClone(found);
      bytes.fill(0x23);
      expect(found).toEqual(before);
    });

    it.each(files)('gives no more for $path cut off anywhere', (file) => {
      for (const cut of cuts(file.bytes)) {
        const found = read(file, cut);
        expectSound(found, file.path);
        expect(packagesIn(found)).toBeLessThanOrEqual(file.packages);
      }
    });

    it.each(files)('survives anything that is done to $path', (file) => {
      for (const [, bytes] of monsters(file.bytes)) expectSound(read(file, bytes), file.path);
      fc.assert(
        fc.property(mutations(file.bytes), (bytes) => expectSound(read(file, bytes), file.path)),
        { numRuns: RUNS },
      );
    });
  });
}

/** Every name directly inside a directory may be matched: a near miss of a name is then none. */
function isInside(path: string, directories: readonly string[]): boolean {
  return directories.includes(path.slice(0, Math.max(0, path.lastIndexOf('/'))));
}

function fed(probe: StreamProbe, bytes: Buffer, chunkBytes: number): Iterable<Item> {
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    const chunk = Buffer.from(bytes.subarray(at, at + chunkBytes));
    const more = probe.push(chunk);
    // The reader's buffer is used again.
    chunk.fill(0xee);
    if (!more) break;
  }
  return probe.end();
}

/** What every cataloger that looks inside executables must do, with random access and in a stream. */
export function executableSuite({ cataloger, files }: ExecutableFixture): void {
  const probe = (path: string, bytes: Buffer) => {
    const readAt = (offset: number, length: number) => bytes.subarray(Math.min(offset, bytes.length), offset + length);
    return answer((context) => cataloger.probe(path, bytes.length, readAt, context));
  };
  const stream = (path: string, bytes: Buffer, chunkBytes: number) =>
    answer((context) => fed(cataloger.stream(path, bytes.length, context), bytes, chunkBytes));
  const agreed = (path: string, bytes: Buffer, chunks = CHUNKS) => {
    const [first, ...rest] = chunks.map((chunkBytes) => stream(path, bytes, chunkBytes));
    for (const other of rest) expect(other).toEqual(first);
    return first ?? { items: [], problems: [] };
  };

  describe(`the cataloger ${cataloger.id}`, () => {
    it('says what it is, and has a page about what it cannot see', () => expectPlugin(cataloger));

    it.each(files)('reads $path: $packages packages, in a stream too', ({ path, bytes, packages }) => {
      const found = probe(path, bytes);
      expect(found.problems).toEqual([]);
      expect(packagesIn(found)).toBe(packages);
      expectSound(found, path);
      expect(agreed(path, bytes)).toEqual(found);
      expect(probe(path, bytes)).toEqual(found);
    });

    it.each(files)(
      'gives no more for $path cut off anywhere, and the same in a stream',
      ({ path, bytes, packages }) => {
        for (const cut of cuts(bytes)) {
          const found = probe(path, cut);
          expectSound(found, path);
          expect(packagesIn(found)).toBeLessThanOrEqual(packages);
          const streamed = agreed(path, cut, [97, 4096]);
          if (cut.length >= HEAD_BYTES) expect(streamed).toEqual(found);
          else expectSound(streamed, path);
          // Announced with its whole length, and then cut off.
          expectSound(
            answer((context) => fed(cataloger.stream(path, bytes.length, context), cut, 4096)),
            path,
          );
        }
      },
    );

    it.each(files)('survives anything that is done to $path, alike in chunks of any size', ({ path, bytes }) => {
      for (const [, monster] of monsters(bytes)) {
        expectSound(probe(path, monster), path);
        expectSound(agreed(path, monster, [65_536]), path);
      }
      fc.assert(
        fc.property(mutations(bytes), fc.integer({ min: 1, max: 40 }), (changed, chunkBytes) => {
          expectSound(probe(path, changed), path);
          expectSound(agreed(path, changed, [chunkBytes, 4096, Number.MAX_SAFE_INTEGER]), path);
        }),
        { numRuns: RUNS },
      );
    });

    it.each(files)('gives the same for $path in a stream when what lies behind its head is changed', (file) => {
      const head = file.bytes.subarray(0, HEAD_BYTES);
      fc.assert(
        fc.property(mutations(file.bytes.subarray(HEAD_BYTES)), (rest) => {
          const changed = Buffer.concat([head, rest]);
          expect(agreed(file.path, changed, [512, 4096])).toEqual(probe(file.path, changed));
        }),
        { numRuns: RUNS },
      );
    });
  });
}
