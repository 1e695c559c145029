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

const ENTRY_OVERHEAD_BYTES = 250;

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

/** `memoryBytes` bounds what is held before a run is written to a new directory inside `directory`. */
export function createSorter(options: { readonly directory: string; readonly memoryBytes: number }): Sorter {
  let held: SortedEntry[] = [];
  let heldBytes = 0;
  let folder: string | undefined;
  const files: string[] = [];
  const spill = () => {
    folder ??= mkdtempSync(join(options.directory, '.sorting-'));
    const file = join(folder, String(files.length));
    writeRun(file, held.sort(compareEntries));
    files.push(file);
    held = [];
    heldBytes = 0;
  };
  return {
    add(key, body) {
      held.push({ key, body });
      heldBytes += key.length + body.length + ENTRY_OVERHEAD_BYTES;
      if (heldBytes > options.memoryBytes) spill();
    },
    sorted() {
      const last = held.sort(compareEntries);
      return files.length === 0 ? last : merge([...files.map(readRun), last]);
    },
    dispose() {
      held = [];
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}
