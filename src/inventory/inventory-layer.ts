import { OWN_BYTES } from '#base/tar/entry.ts';
import { problemOf } from '#core/errors.ts';
import { problemList } from '#core/problem-list.ts';
import type { LayerEntry } from '#image/entry.ts';
import { writeFileTable } from '#image/file-table.ts';
import type { LayerVisitor, Want } from '#image/layer-visitor.ts';
import { catalogedFiles, type HeldFile } from '#inventory/cataloged-files.ts';
import type { CatalogContext, Cataloger, ExecutableCataloger, ImageFile } from '#inventory/cataloger.ts';
import { executableWant } from '#inventory/executable-want.ts';
import { detached, itemWeight } from '#inventory/item-weight.ts';
import type { LayerInventory } from '#inventory/layer-inventory.ts';
import { linkUnread, TOO_MUCH, tooLarge } from '#inventory/layer-problems.ts';
import { type LinkTargets, linkTargets } from '#inventory/link-targets.ts';
import { compileMatches, type Matcher } from '#inventory/matcher.ts';
import type { MemoryBudget } from '#inventory/memory-budget.ts';
import { type Item, SYSTEM_TYPES } from '#inventory/package.ts';

/** The catalogers of a run, ready for any number of layers. */
export interface CatalogerSet {
  readonly matches: Matcher<Cataloger>;
  readonly executables: readonly ExecutableCataloger[];
}

/** What all layers of an image may take together. Where one is used up, the others go on. */
export interface LayerMemory {
  /** Tables of entries, and what is deleted. */
  readonly tables: MemoryBudget;
  /** What distributions install: nothing else can crowd it out. */
  readonly system: MemoryBudget;
  /** All other packages. */
  readonly packages: MemoryBudget;
  /** Lists of files that packages own. */
  readonly lists: MemoryBudget;
  /** Files whole in memory, while they are read or until their layer's end. */
  readonly held: MemoryBudget;
}

/** A visitor that collects one layer's inventory; `finish` is called once, when all entries were shown. */
export interface InventoryVisitor extends LayerVisitor {
  /** Who wants to be shown the layer once more before that; undefined when there is nothing to be found so. */
  again(): LinkTargets | undefined;
  finish(): LayerInventory;
  /** Called instead when the layer could not be read. */
  abandon(): void;
}

/** More problems of one layer are counted, not listed. */
const MAX_PROBLEMS = 200;
/** No program is smaller: below this nothing can be inside. */
const MIN_EXECUTABLE_BYTES = 4096;
/** What is cut from a text that was larger keeps all of it in memory, so it is copied out. */
const SMALL_TEXT_BYTES = 16 * 1024;
/** What a path in a list costs beside its text. */
const PATH_BYTES = 64;

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
export function inventoryVisitor(set: CatalogerSet, memory: LayerMemory): InventoryVisitor {
  const table = writeFileTable();
  const files = catalogedFiles(({ heldBytes }) => memory.held.giveBack(heldBytes));
  /** Hard links that catalogers want, to files that were not read. */
  const unread = new Map<string, string>();
  const whiteouts: string[] = [];
  const opaques: string[] = [];
  const problems = problemList(MAX_PROBLEMS, 'this layer');
  const problem = problems.add;
  let entries = 0;
  const full = new Set<MemoryBudget>();

  /** False when there is no room; said once. */
  const room = (bytes: number, budget: MemoryBudget): boolean => {
    if (full.has(budget)) return false;
    if (budget.take(bytes)) return true;
    if (full.size === 0) problem(TOO_MUCH);
    full.add(budget);
    return false;
  };
  const keep = (path: string, cataloger: string, items: readonly Item[]) => {
    const [first] = items;
    if (room(PATH_BYTES + path.length, first === undefined ? memory.tables : budgetOf(first, memory))) {
      files.keep({ path, cataloger, items });
    }
  };
  /** The items that a cataloger finds, those before an error too. */
  const collect = (path: string, find: () => Iterable<Item>): readonly Item[] => {
    const items: Item[] = [];
    try {
      for (const item of find()) {
        if (!room(itemWeight(item), budgetOf(item, memory))) break;
        items.push(item);
      }
    } catch (error) {
      problem(problemOf(error, path));
    }
    return items;
  };
  const context: CatalogContext = { beside: () => undefined, problem };
  const catalog = (cataloger: Cataloger, file: ImageFile, context: CatalogContext) => {
    if (file.bytes.length > cataloger.limitBytes) return problem(tooLarge(file.path, file.bytes.length));
    const items = collect(file.path, () => cataloger.catalog(file, context));
    if (items.length === 0 && full.size > 0) return;
    keep(file.path, cataloger.id, file.bytes.length > SMALL_TEXT_BYTES ? detached(items) : items);
  };
  /** What the file that is being read takes; it is read when the next entry comes, or none. */
  let reading = 0;
  const doneReading = () => {
    memory.held.giveBack(reading);
    reading = 0;
  };
  const hold = (file: ImageFile, catalogers: readonly Cataloger[]) => {
    const heldBytes = reading;
    reading = 0;
    const bytes = heldBytes > OWN_BYTES ? file.bytes : Buffer.from(file.bytes);
    files.hold({ ...file, bytes, heldBytes, catalogers });
  };

  const whole = (entry: LayerEntry, catalogers: readonly Cataloger[]): Want | undefined => {
    const { path, mode, sizeBytes } = entry;
    const limitBytes = Math.max(...catalogers.map((cataloger) => cataloger.limitBytes));
    if (sizeBytes > limitBytes || !memory.held.take(sizeBytes)) {
      problem(tooLarge(path, sizeBytes));
      return undefined;
    }
    reading = sizeBytes;
    return {
      kind: 'whole',
      limitBytes,
      tooLarge: () => problem(tooLarge(path, sizeBytes)),
      done: (bytes) => {
        const file = { path, mode, bytes };
        for (const cataloger of catalogers) {
          if (cataloger.companions === undefined) catalog(cataloger, file, context);
        }
        const waiting = catalogers.filter(({ companions }) => companions !== undefined);
        if (waiting.length > 0) hold(file, waiting);
      },
    };
  };
  // An executable in which nothing is found is no cataloged file: most are none.
  const executable = (entry: LayerEntry): Want =>
    executableWant(entry, set.executables, context, (cataloger, find) => {
      const items = collect(entry.path, find);
      if (items.length > 0) keep(entry.path, cataloger, detached(items));
    });
  /**
   * A hard link shows what its target shows, when the same catalogers would have read it. The target is an entry before
   * it: elsewhere no engine looks for it.
   */
  const link = (path: string, target: string) => {
    const found = files.at(target);
    const held = files.heldAt(target);
    const wanted = set.matches(path);
    for (const cataloger of wanted) {
      const same = found.find(({ cataloger: id }) => id === cataloger.id);
      if (same !== undefined) keep(path, cataloger.id, same.items);
      else if (held?.catalogers.includes(cataloger)) files.hold({ ...held, path, heldBytes: 0 });
      else if (room(PATH_BYTES + path.length + target.length, memory.tables)) unread.set(path, target);
    }
    if (wanted.length > 0) return;
    for (const { cataloger, items } of found) {
      if (set.executables.some(({ id }) => id === cataloger)) keep(path, cataloger, items);
    }
  };
  const finishHeld = () => {
    for (const file of files.allHeld()) {
      const beside = (ending: string) => files.heldAt(file.path + ending);
      for (const cataloger of file.catalogers) {
        if (!isCompanion(file.path, cataloger, files.heldAt)) catalog(cataloger, file, { problem, beside });
      }
    }
  };
  const again = () => {
    doneReading();
    if (unread.size === 0) return undefined;
    // Those that need companions find none here: theirs were looked for when the layer was read.
    const catalogersOf = (path: string) => set.matches(path).filter(({ companions }) => companions === undefined);
    const limits = [...unread.keys()].flatMap((path) => catalogersOf(path).map(({ limitBytes }) => limitBytes));
    return linkTargets(new Map(unread), Math.max(0, ...limits), memory.held, (file) => {
      const catalogers = catalogersOf(file.path);
      if (catalogers.length > 0) unread.delete(file.path);
      files.replace(file.path, false);
      for (const cataloger of catalogers) catalog(cataloger, file, context);
    });
  };
  const release = () => {
    doneReading();
    memory.held.giveBack(files.heldBytes());
  };

  return {
    problem,
    again,
    abandon: release,
    whiteout: (path) => {
      if (room(PATH_BYTES + path.length, memory.tables)) whiteouts.push(path);
    },
    opaque: (directory) => {
      if (room(PATH_BYTES + directory.length, memory.tables)) opaques.push(directory);
    },
    entry: (entry) => {
      entries += 1;
      doneReading();
      if (!full.has(memory.tables)) room(table.add(entry), memory.tables);
      files.replace(entry.path, entry.type === 'directory');
      unread.delete(entry.path);
      if (entry.type === 'hardlink') link(entry.path, entry.linkTarget ?? '');
      if (entry.type !== 'file') return undefined;
      const catalogers = set.matches(entry.path);
      if (catalogers.length > 0) return whole(entry, catalogers);
      const wanted = (entry.mode & 0o111) !== 0 && entry.sizeBytes >= MIN_EXECUTABLE_BYTES;
      return wanted && set.executables.length > 0 ? executable(entry) : undefined;
    },
    finish: () => {
      finishHeld();
      release();
      for (const [path, target] of unread) problem(linkUnread(path, target));
      return { files: files.all(), whiteouts, opaques, table: table.finish(), entries, problems: problems.all() };
    },
  };
}

function budgetOf(item: Item, memory: LayerMemory): MemoryBudget {
  if (item.kind === 'files') return memory.lists;
  return item.kind !== 'package' || SYSTEM_TYPES.has(item.package.type) ? memory.system : memory.packages;
}

function isCompanion(path: string, cataloger: Cataloger, heldAt: (path: string) => HeldFile | undefined): boolean {
  return (cataloger.companions ?? []).some(
    (ending) => path.endsWith(ending) && heldAt(path.slice(0, -ending.length)) !== undefined,
  );
}
