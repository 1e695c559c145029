import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type HeldLock, isAlive, isMarkAlive, processMark, readMark, takeLock } from '#base/files/lock-file.ts';
import { abortedError } from '#base/process/start-process.ts';
import { HoldfastError } from '#core/errors.ts';

/**
 * How a job gets along with others of this machine: `read` beside all but `alone`; `write` beside `read`; `alone` beside
 * none, as restic’s exclusive locks ask for.
 */
export type Turn = 'read' | 'write' | 'alone';

export interface Turns {
  /** Runs a job when it is its turn. @throws `RESTIC_BUSY` after half an hour */
  take<T>(turn: Turn, signal: AbortSignal | undefined, job: () => Promise<T>): Promise<T>;
}

const POLL_MS = 100;
const LIMIT_MS = 30 * 60 * 1000;

/** Jobs that write, of this process, by the repository’s lock path: each waits for the one before. */
const queues = new Map<string, Promise<unknown>>();
let readers = 0;

/**
 * Turns among all processes of this machine that share a home: by lock files, which a dead process does not hold. The
 * locks in the repository itself stay restic’s own, for other machines.
 * @param path what the names of the lock files begin with
 */
export function turnsAt(path: string, limitMs: number = LIMIT_MS): Turns {
  const write = `${path}.lock`;
  const alone = `${path}.alone`;
  return {
    take: async (turn, signal, job) => {
      const waiting = patience(path, limitMs, signal);
      if (turn === 'read') {
        const held = await register(path, alone, waiting);
        return job().finally(held.release);
      }
      return inQueue(path, async () => {
        const held = await until(() => takeLock(write), waiting);
        try {
          if (turn === 'write') return await job();
          const heldAlone = await until(() => takeLock(alone), waiting);
          try {
            await until(() => (livingReaders(path) === 0 ? true : undefined), waiting);
            return await job();
          } finally {
            heldAlone.release();
          }
        } finally {
          held.release();
        }
      });
    },
  };
}

function inQueue<T>(path: string, job: () => Promise<T>): Promise<T> {
  const before = queues.get(path) ?? Promise.resolve();
  const mine = before.then(job, job);
  const settled = mine.catch(() => undefined);
  queues.set(path, settled);
  void settled.then(() => {
    if (queues.get(path) === settled) queues.delete(path);
  });
  return mine;
}

/** Says that somebody reads, and then looks whether somebody is alone: the other does it the other way round. */
async function register(path: string, alone: string, waiting: Waiting): Promise<HeldLock> {
  readers += 1;
  const file = `${path}.reader-${process.pid}-${readers}`;
  const release = () => rmSync(file, { force: true });
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  return until(() => {
    writeFileSync(file, processMark(), { mode: 0o600 });
    if (!isMarkAlive(readMark(alone))) return { release };
    release();
    return undefined;
  }, waiting);
}

function livingReaders(path: string): number {
  const directory = dirname(path);
  const prefix = `${basename(path)}.reader-`;
  let living = 0;
  for (const name of readdirSync(directory)) {
    if (!name.startsWith(prefix)) continue;
    const mark = readMark(join(directory, name));
    // One that is being written is empty, as those of older versions are: its number stands in its name.
    const isLiving = mark === '' ? isAlive(Number.parseInt(name.slice(prefix.length), 10)) : isMarkAlive(mark);
    if (isLiving) living += 1;
    else rmSync(join(directory, name), { force: true });
  }
  return living;
}

interface Waiting {
  readonly signal: AbortSignal | undefined;
  readonly untilMs: number;
  readonly path: string;
}

function patience(path: string, limitMs: number, signal: AbortSignal | undefined): Waiting {
  return { path, signal, untilMs: performance.now() + limitMs };
}

async function until<T>(attempt: () => T | undefined, { path, signal, untilMs }: Waiting): Promise<T> {
  for (;;) {
    if (signal?.aborted === true) throw abortedError('restic');
    const result = attempt();
    if (result !== undefined) return result;
    if (performance.now() > untilMs) {
      throw new HoldfastError('RESTIC_BUSY', `Another job of this home works with the repository ${basename(path)}`, {
        hint: 'Wait for it, or end it. Nothing was done.',
      });
    }
    await sleep(POLL_MS);
  }
}
