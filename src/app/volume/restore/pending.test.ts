import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { beforeName, mendSwaps, openPending, type PendingSwap, swapNow } from '#app/volume/restore/pending.ts';

let directory: string;
let home: { directory: string };

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'holdfast-pending-'));
  home = { directory: join(directory, 'home') };
  mkdirSync(join(directory, 'volume/_data'), { recursive: true });
  writeFileSync(join(directory, 'volume/_data/old'), '');
});

afterEach(() => rmSync(directory, { recursive: true }));

const volume = (...parts: readonly string[]) => join(directory, 'volume', ...parts);

/** A restore that has come so far that it is about to swap. */
async function begun() {
  const pending = await openPending(home, Buffer.from(volume()));
  const scratch = pending.scratch.toString();
  mkdirSync(join(scratch, 'data'), { recursive: true });
  writeFileSync(join(scratch, 'data/new'), '');
  const swap: PendingSwap = {
    ...{ item: join(scratch, 'data'), place: volume('_data'), before: volume(beforeName(pending.id)) },
    ...{ stream: 'volume:db', actor: 'tester', event: { snapshot: 'a' } },
  };
  await pending.swap(swap);
  return { pending, swap };
}

/** As if its process had been killed. */
function die(): void {
  for (const name of readdirSync(join(home.directory, 'restores'))) {
    const file = join(home.directory, 'restores', name);
    const note = JSON.parse(readFileSync(file, 'utf8'));
    writeFileSync(file, JSON.stringify({ ...note, holder: { ...note.holder, startTicks: 1 } }));
  }
}

it('leaves a restore that is at work alone', async () => {
  const { pending } = await begun();
  expect(mendSwaps(home)).toEqual([]);
  await pending.done();
  expect(readdirSync(volume())).toEqual(['_data']);
  expect(readdirSync(join(home.directory, 'restores'))).toEqual([]);
});

it('removes what one that died before the swap had made', async () => {
  await begun();
  die();
  const [left] = mendSwaps(home);
  expect(left).toMatchObject({ swapped: false });
  await left?.clear();
  expect(readdirSync(volume())).toEqual(['_data']);
  expect(readdirSync(volume('_data'))).toEqual(['old']);
  expect(mendSwaps(home)).toEqual([]);
});

it('puts back what was there when it died between the two renames', async () => {
  const { swap } = await begun();
  renameSync(swap.place, swap.before);
  die();
  const [left] = mendSwaps(home);
  expect(readdirSync(volume('_data'))).toEqual(['old']);
  expect(left).toMatchObject({ swapped: false });
  await left?.clear();
  expect(readdirSync(volume())).toEqual(['_data']);
});

it('ends what was about to come where nothing was', async () => {
  const { swap } = await begun();
  rmSync(swap.place, { recursive: true });
  die();
  const [left] = mendSwaps(home);
  expect(left).toMatchObject({ swapped: true });
  expect(readdirSync(volume('_data'))).toEqual(['new']);
});

it('knows that it had been done, keeps the old until that is recorded, and forgets nothing twice', async () => {
  const { swap } = await begun();
  swapNow(swap);
  expect(readdirSync(volume('_data'))).toEqual(['new']);
  die();
  const [left] = mendSwaps(home);
  expect(left).toMatchObject({ swapped: true, pending: { swap: { event: { snapshot: 'a' } } } });
  expect(existsSync(swap.before)).toBe(true);
  await left?.clear();
  expect(readdirSync(volume())).toEqual(['_data']);
  expect(mendSwaps(home)).toEqual([]);
});

it('does not take a restore that failed, and died while it tidied up, for one that was done', async () => {
  const { pending, swap } = await begun();
  const done = pending.done();
  rmSync(swap.item, { recursive: true });
  await done;
  expect(mendSwaps(home)).toEqual([]);
});

it('swaps nothing halfway when the new one is not there', async () => {
  const { swap } = await begun();
  rmSync(swap.item, { recursive: true });
  expect(() => swapNow(swap)).toThrow();
  expect(readdirSync(volume('_data'))).toEqual(['old']);
});
