import { type Problem, problemOf } from '#core/errors.ts';
import type { LayerEntry } from '#image/entry.ts';
import { writeFileTable } from '#image/file-table.ts';
import type { LayerVisitor, Want } from '#image/layer-visitor.ts';
import type { CatalogContext, Cataloger, ExecutableCataloger, ImageFile } from '#inventory/cataloger.ts';
import type { CatalogedFile, LayerInventory } from '#inventory/layer-inventory.ts';
import { compileMatches, type Matcher } from '#inventory/matcher.ts';
import type { Item } from '#inventory/package.ts';

/** The catalogers of a run, ready for any number of layers. */
export interface CatalogerSet {
  readonly matches: Matcher<Cataloger>;
  readonly executables: readonly ExecutableCataloger[];
}

/** A visitor that collects one layer's inventory; `finish` is called once, when all entries were shown. */
export interface InventoryVisitor extends LayerVisitor {
  finish(): LayerInventory;
}

/** More problems of one layer are counted, not listed. */
const MAX_PROBLEMS = 200;
/** Larger files that must wait for the layer's end are not kept in memory. */
const MAX_HELD_BYTES = 256 * 1024 * 1024;

export function prepareCatalogers(
  catalogers: readonly Cataloger[],
  executables: readonly ExecutableCataloger[],
): CatalogerSet {
  return { matches: compileMatches(withCompanions(catalogers)), executables };
}

/** Companion files are matched like the files that they accompany. */
function withCompanions(catalogers: readonly Cataloger[]): readonly Cataloger[] {
  return catalogers.map((cataloger) => {
    if (cataloger.companions === undefined) return cataloger;
    const paths = cataloger.match.paths ?? [];
    const beside = cataloger.companions.flatMap((ending) => paths.map((path) => path + ending));
    return { ...cataloger, match: { ...cataloger.match, paths: [...paths, ...beside] } };
  });
}

/** Collects one layer: every entry into the table, matched files to their catalogers, as they pass by. */
export function inventoryVisitor(set: CatalogerSet): InventoryVisitor {
  const table = writeFileTable();
  const files = new Map<string, CatalogedFile[]>();
  const held = new Map<string, { file: ImageFile; catalogers: readonly Cataloger[] }>();
  const links: { path: string; target: string }[] = [];
  const whiteouts: string[] = [];
  const opaques: string[] = [];
  const problems: Problem[] = [];
  let entries = 0;
  let dropped = 0;
  let heldBytes = 0;

  const problem = (found: Problem) => {
    if (problems.length < MAX_PROBLEMS) problems.push(found);
    else dropped += 1;
  };
  const keep = (path: string, cataloger: string, items: readonly Item[]) => {
    const list = files.get(path);
    if (list === undefined) files.set(path, [{ path, cataloger, items }]);
    else list.push({ path, cataloger, items });
  };
  const guarded = (path: string, cataloger: string, find: () => Iterable<Item>) => {
    try {
      const items = [...find()];
      keep(path, cataloger, items);
    } catch (error) {
      problem(problemOf(error, path));
      keep(path, cataloger, []);
    }
  };
  const context: CatalogContext = { beside: () => undefined, problem };
  const catalog = (cataloger: Cataloger, file: ImageFile) =>
    guarded(file.path, cataloger.id, () => cataloger.catalog(file, context));

  const whole = (entry: LayerEntry, catalogers: readonly Cataloger[]): Want => ({
    kind: 'whole',
    limitBytes: Math.max(...catalogers.map(({ limitBytes }) => limitBytes)),
    tooLarge: () => problem(tooLarge(entry)),
    done: (bytes) => {
      const file = { path: entry.path, mode: entry.mode, bytes };
      const waits = catalogers.filter(({ companions }) => companions !== undefined);
      if (waits.length > 0) {
        heldBytes += bytes.length;
        if (heldBytes > MAX_HELD_BYTES) return problem(tooLarge(entry));
        held.set(entry.path, { file: { ...file, bytes: Buffer.from(bytes) }, catalogers: waits });
      }
      for (const cataloger of catalogers) {
        if (cataloger.companions !== undefined) continue;
        if (bytes.length > cataloger.limitBytes) problem(tooLarge(entry));
        else catalog(cataloger, file);
      }
    },
  });
  const executable = (entry: LayerEntry): Want => ({
    kind: 'random',
    read: (readAt) => {
      for (const cataloger of set.executables) {
        const find = () => cataloger.probe(entry.path, entry.sizeBytes, readAt, context);
        probed(entry.path, cataloger.id, find);
      }
    },
    stream: () => {
      const probes = set.executables.map((cataloger) => ({
        cataloger,
        probe: cataloger.stream(entry.path, entry.sizeBytes, context),
        wants: true,
      }));
      return {
        push: (chunk) => {
          for (const running of probes) if (running.wants) running.wants = running.probe.push(chunk);
          return probes.some(({ wants }) => wants);
        },
        end: () => {
          for (const { cataloger, probe } of probes) probed(entry.path, cataloger.id, () => probe.end());
        },
      };
    },
  });
  // An executable in which nothing is found is no cataloged file: most are none.
  const probed = (path: string, cataloger: string, find: () => Iterable<Item>) => {
    try {
      const items = [...find()];
      if (items.length > 0) keep(path, cataloger, items);
    } catch (error) {
      problem(problemOf(error, path));
    }
  };

  return {
    problem,
    whiteout: (path) => whiteouts.push(path),
    opaque: (directory) => opaques.push(directory),
    entry: (entry) => {
      entries += 1;
      table.add(entry);
      // The same path again replaces what came before it.
      if (files.has(entry.path)) files.delete(entry.path);
      if (held.has(entry.path)) held.delete(entry.path);
      if (entry.type === 'hardlink' && entry.linkTarget !== undefined) {
        links.push({ path: entry.path, target: entry.linkTarget });
        return undefined;
      }
      if (entry.type !== 'file') return undefined;
      const catalogers = set.matches(entry.path);
      if (catalogers.length > 0) return whole(entry, catalogers);
      const wanted = (entry.mode & 0o111) !== 0 && entry.sizeBytes >= MIN_EXECUTABLE_BYTES;
      return wanted && set.executables.length > 0 ? executable(entry) : undefined;
    },
    finish: () => {
      const beside = (path: string) => (ending: string) => held.get(path + ending)?.file;
      for (const [path, { file, catalogers }] of held) {
        for (const cataloger of catalogers) {
          if (isCompanion(path, cataloger, held)) continue;
          const withCompanion: CatalogContext = { problem, beside: beside(path) };
          guarded(path, cataloger.id, () => cataloger.catalog(file, withCompanion));
        }
      }
      for (const { path, target } of links) resolveLink(path, target, set, files, problem);
      if (dropped > 0) {
        problems.push({ code: 'PROBLEMS_OMITTED', message: `${dropped} more problems in this layer are not listed` });
      }
      return { files: [...files.values()].flat(), whiteouts, opaques, table: table.finish(), entries, problems };
    },
  };
}

/** No program is smaller: below this nothing can be inside. */
const MIN_EXECUTABLE_BYTES = 4096;

function tooLarge(entry: LayerEntry): Problem {
  return {
    code: 'FILE_TOO_LARGE',
    message: `A package file of ${entry.sizeBytes} bytes was not read`,
    path: entry.path,
    hint: 'Package databases are far smaller; look at how this file came to be.',
  };
}

function isCompanion(path: string, cataloger: Cataloger, held: ReadonlyMap<string, unknown>): boolean {
  return (cataloger.companions ?? []).some(
    (ending) => path.endsWith(ending) && held.has(path.slice(0, -ending.length)),
  );
}

/** A hard link shows what its target shows, when the same catalogers would have read it. */
function resolveLink(
  path: string,
  target: string,
  set: CatalogerSet,
  files: Map<string, CatalogedFile[]>,
  problem: (problem: Problem) => void,
): void {
  const wanted = set.matches(path);
  const found = files.get(target) ?? [];
  for (const { id } of wanted) {
    const same = found.find(({ cataloger }) => cataloger === id);
    if (same !== undefined) files.set(path, [...(files.get(path) ?? []), { ...same, path }]);
    else {
      problem({
        code: 'HARDLINK_UNREAD',
        message: `A package file is a hard link to ${JSON.stringify(target.slice(0, 200))}, which was not read as one`,
        path,
      });
    }
  }
  if (wanted.length > 0) return;
  const programs = found.filter(({ cataloger }) => set.executables.some(({ id }) => id === cataloger));
  if (programs.length > 0)
    files.set(
      path,
      programs.map((program) => ({ ...program, path })),
    );
}
