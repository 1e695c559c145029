import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, lstatSync, openSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod/mini';
import type { Home } from '#app/home/home.ts';
import { replaceFile } from '#base/files/replace-file.ts';
import { writing } from '#base/files/writing.ts';
import { systemCode } from '#core/errors.ts';
import { holderState, thisProcess } from '#volume/hold/holder.ts';
import { holderSchema } from '#volume/hold/holder-schema.ts';

/*
 * One file for each restore that is under way, `restores/ID.json` in the home, on disk before anything is made or moved:
 * whoever finds it after a crash knows what to put back and what to remove.
 */

/** Paths are bytes; Latin-1 keeps them as they are. */
const path = z.string();

const schema = z.object({
  version: z.literal(1),
  id: z.string().check(z.regex(/^[0-9a-f]{16}$/)),
  holder: holderSchema,
  /** Where things are restored before they count. */
  scratch: path,
  swap: z.optional(
    z.object({
      /** What comes, within scratch. */
      item: path,
      /** Where it goes. */
      place: path,
      /** Where what is there goes, beside it. */
      before: path,
      /** What the ledger is told when it has been done. */
      stream: z.string(),
      actor: z.string(),
      event: z.record(z.string(), z.unknown()),
    }),
  ),
});

export type PendingRestore = z.infer<typeof schema>;
export type PendingSwap = NonNullable<PendingRestore['swap']>;

/** A restore of this process that is under way. */
export interface OpenPending {
  readonly id: string;
  /** Announces a swap. @throws `FILE_NOT_WRITTEN` */
  swap(swap: PendingSwap): Promise<void>;
  /** It is over: removes what lies in scratch, then the note. */
  done(): Promise<void>;
}

/** Where in a directory a restore works. */
function scratchName(id: string): string {
  return `.holdfast-restore-${id}`;
}

/** Where what was there before lies until the restore is over. */
export function beforeName(id: string): string {
  return `.holdfast-before-${id}`;
}

function folder({ directory }: Pick<Home, 'directory'>): string {
  return join(directory, 'restores');
}

/** Notes that a restore begins which works in a scratch directory below `parent`. @throws `FILE_NOT_WRITTEN` */
export async function openPending(
  home: Pick<Home, 'directory'>,
  parent: Buffer,
): Promise<OpenPending & { readonly scratch: Buffer }> {
  const id = randomBytes(8).toString('hex');
  const file = join(folder(home), `${id}.json`);
  const scratch = Buffer.concat([parent, Buffer.from(`/${scratchName(id)}`)]);
  const note = { version: 1, id, holder: thisProcess(), scratch: scratch.toString('latin1') } as const;
  const write = (pending: PendingRestore) => {
    const bytes = Buffer.from(`${JSON.stringify(pending)}\n`);
    return replaceFile(file, (append) => append(bytes), { mode: 0o600 });
  };
  await write(note);
  return {
    ...{ id, scratch },
    swap: (swap) => write({ ...note, swap }),
    done: async () => {
      // From here on nothing is to be put right any more, only removed.
      await write(note);
      await forget(file, scratch);
    },
  };
}

async function forget(file: string, scratch: Buffer): Promise<void> {
  await rm(scratch, { recursive: true, force: true });
  await rm(file, { force: true });
}

/** Moves what comes to its place, and what was there beside it. Not to be interrupted: nothing is waited for. */
export function swapNow({ item, place, before }: Pick<PendingSwap, 'item' | 'place' | 'before'>): void {
  const [from, to, aside] = [item, place, before].map((text) => Buffer.from(text, 'latin1'));
  if (from === undefined || to === undefined || aside === undefined) return;
  writing(to.toString(), () => {
    const there = isThere(to);
    if (there) renameSync(to, aside);
    try {
      renameSync(from, to);
    } catch (error) {
      if (there) renameSync(aside, to);
      throw error;
    }
  });
  syncParent(to);
}

/** Names outlast a loss of power then; where that cannot be had, they are moved all the same. */
function syncParent(place: Buffer): void {
  try {
    const fd = openSync(place.subarray(0, Math.max(1, place.lastIndexOf(0x2f))), 'r');
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  } catch {
    // Some network filesystems cannot.
  }
}

/** Whether something, also a link to nothing, has this name. */
export function isThere(name: Buffer): boolean {
  try {
    lstatSync(name);
    return true;
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return false;
    throw error;
  }
}

/** What a dead process left of a restore. */
export interface LeftRestore {
  readonly pending: PendingRestore;
  /** What was to come is in its place. */
  readonly swapped: boolean;
  /** Removes what is left over; for a swap that was done, only when the ledger has been told. */
  clear(): Promise<void>;
}

/**
 * What dead restores left, each put right as far as containers are concerned: something is in its place, the new or the old.
 * Notes that cannot be read are none of ours and stay.
 */
export function mendSwaps(home: Pick<Home, 'directory'>): readonly LeftRestore[] {
  const self = thisProcess();
  return namesIn(folder(home)).flatMap((name): LeftRestore[] => {
    const file = join(folder(home), name);
    const pending = readNote(file);
    if (pending === undefined || holderState(pending.holder, self) !== 'dead') return [];
    const { swap, id } = pending;
    const scratch = Buffer.from(pending.scratch, 'latin1');
    if (!pending.scratch.endsWith(`/${scratchName(id)}`)) return [];
    if (swap === undefined) return [{ pending, swapped: false, clear: () => forget(file, scratch) }];
    const [item, place, before] = [swap.item, swap.place, swap.before].map((text) => Buffer.from(text, 'latin1'));
    if (item === undefined || place === undefined || before === undefined) return [];
    if (!isThere(place)) {
      // The old one back, or, where there was none, the new one, as it was about to be.
      if (isThere(before)) renameSync(before, place);
      else if (isThere(item)) renameSync(item, place);
    }
    const swapped = !isThere(item) && isThere(place);
    return [
      {
        ...{ pending, swapped },
        clear: async () => {
          if (swapped && swap.before.endsWith(`/${beforeName(id)}`)) await rm(before, { recursive: true, force: true });
          await forget(file, scratch);
        },
      },
    ];
  });
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory).filter((name) => /^[0-9a-f]{16}\.json$/.test(name));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
}

function readNote(file: string): PendingRestore | undefined {
  try {
    return schema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
}
