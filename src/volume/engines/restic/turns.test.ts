import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Turn, turnsAt } from '#volume/engines/restic/turns.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'holdfast-turns-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const path = () => join(directory, 'turns', 'one');

/** A job that runs until it is told to end. */
function job(turn: Turn, limitMs?: number) {
  let end: () => void = () => undefined;
  let state: 'waits' | 'runs' | 'over' = 'waits';
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const taken = turnsAt(path(), limitMs).take(turn, undefined, async () => {
    state = 'runs';
    await ended;
    state = 'over';
  });
  taken.catch(() => undefined);
  return { end, taken, state: () => state };
}

/** Time enough to begin for whoever may. */
const settle = () => new Promise((resolve) => setTimeout(resolve, 350));

it('those who read run beside one who writes; one who must be alone waits for all and lets nobody begin', async () => {
  const reader = job('read');
  const writer = job('write');
  const second = job('write');
  await settle();
  expect([reader, writer, second].map(({ state }) => state())).toEqual(['runs', 'runs', 'waits']);
  writer.end();
  second.end();
  await second.taken;
  const alone = job('alone');
  await settle();
  const late = job('read');
  await settle();
  expect([alone, late].map(({ state }) => state())).toEqual(['waits', 'waits']);
  reader.end();
  await settle();
  expect([alone, late].map(({ state }) => state())).toEqual(['runs', 'waits']);
  alone.end();
  late.end();
  await late.taken;
});

it('a job that fails gives its turn back', async () => {
  const failing = turnsAt(path()).take('alone', undefined, () => Promise.reject(new Error('on purpose')));
  await expect(failing).rejects.toThrow('on purpose');
  const next = job('alone');
  next.end();
  await next.taken;
});

it('what a dead process left is nobody’s turn', async () => {
  mkdirSync(join(directory, 'turns'));
  const dead = 2 ** 22 + 1;
  for (const name of ['one.lock', 'one.alone']) writeFileSync(join(directory, 'turns', name), String(dead));
  writeFileSync(join(directory, 'turns', `one.reader-${dead}-1`), '');
  const next = job('alone');
  next.end();
  await next.taken;
});

it('waiting ends, with a code, after its limit', async () => {
  // The parent lives, and will not give its turn back.
  mkdirSync(join(directory, 'turns'));
  writeFileSync(join(directory, 'turns', 'one.lock'), String(process.ppid));
  await expect(job('write', 150).taken).rejects.toMatchObject({ code: 'RESTIC_BUSY' });
});
