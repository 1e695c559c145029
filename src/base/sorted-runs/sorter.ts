import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { readRun, type SortedEntry, writeRun } from '#base/sorted-runs/run.ts';

/** Sorts more than fits into memory: what is too much waits in files, sorted. */
export interface Sorter {
  /** The key's bytes as characters (`latin1`). */
  add(key: string, body: Buffer): void;
  /** All entries by key, bytewise; equal keys in the order they were added. Called once, after the last `add`. */
  sorted(): Iterable<SortedEntry>;
  /** Removes the files. */
  dispose(): void;
}

const ENTRY_OVERHEAD_BYTES = 400;
/** Of each run that is read a window is held, and files are open. */
const MOST_RUNS = 32;

function compareEntries(a: SortedEntry, b: SortedEntry): number {
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}

interface Head {
  readonly run: Iterator<SortedEntry>;
  entry: SortedEntry;
}

function* merge(runs: readonly Iterable<SortedEntry>[]): Generator<SortedEntry> {
  const heads: Head[] = [];
  for (const iterable of runs) {
    const run = iterable[Symbol.iterator]();
    const first = run.next();
    if (first.done !== true) heads.push({ run, entry: first.value });
  }
  try {
    for (;;) {
      // Few runs: looking at each head costs less than a heap. Earlier runs go first among equals.
      let least: Head | undefined;
      for (const head of heads) {
        if (least === undefined || compareEntries(head.entry, least.entry) < 0) least = head;
      }
      if (least === undefined) return;
      yield least.entry;
      const next = least.run.next();
      if (next.done === true) heads.splice(heads.indexOf(least), 1);
      else least.entry = next.value;
    }
  } finally {
    for (const head of heads) head.run.return?.();
  }
}

interface RunFile {
  readonly file: string;
  /** How often its entries were merged. */
  readonly level: number;
}

/** `memoryBytes` bounds what is held before a run is written to a new directory inside `directory`. */
export function createSorter(options: { readonly directory: string; readonly memoryBytes: number }): Sorter {
  let held: SortedEntry[] = [];
  let heldBytes = 0;
  let folder: string | undefined;
  let runs: readonly RunFile[] = [];
  let written = 0;
  const write = (entries: Iterable<SortedEntry>, level: number): RunFile => {
    folder ??= mkdtempSync(join(options.directory, '.sorting-'));
    const file = join(folder, String(written));
    written += 1;
    writeRun(file, entries);
    return { file, level };
  };
  /** The last of them become one: they are neighbours, so that equal keys stay in their order. */
  const mergeLast = () => {
    const last = runs.slice(-MOST_RUNS);
    const level = Math.max(...last.map((run) => run.level)) + 1;
    const merged = write(merge(last.map(({ file }) => readRun(file))), level);
    for (const { file } of last) rmSync(file);
    runs = [...runs.slice(0, -MOST_RUNS), merged];
  };
  const spill = () => {
    const entries = held.sort(compareEntries);
    held = [];
    heldBytes = 0;
    runs = [...runs, write(entries, 0)];
    while (runs.length >= MOST_RUNS && runs.at(-MOST_RUNS)?.level === runs.at(-1)?.level) mergeLast();
  };
  return {
    add(key, body) {
      held.push({ key, body });
      heldBytes += key.length + body.length + ENTRY_OVERHEAD_BYTES;
      if (heldBytes > options.memoryBytes) spill();
    },
    sorted() {
      const last = held.sort(compareEntries);
      while (runs.length >= MOST_RUNS) mergeLast();
      return runs.length === 0 ? last : merge([...runs.map(({ file }) => readRun(file)), last]);
    },
    dispose() {
      held = [];
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}
