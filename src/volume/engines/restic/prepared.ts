import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, constants, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { abortedError } from '#base/process/start-process.ts';
import type { BackupRequest, JobOptions, PassDone, PreparedPass } from '#volume/engines/engine.ts';
import { backupPass } from '#volume/engines/restic/backup.ts';
import type { ResticContext } from '#volume/engines/restic/run.ts';
import type { Turns } from '#volume/engines/restic/turns.ts';

const POLL_MS = 10;
/** No repository is opened more slowly; who waits longer is better served by a pass of the usual kind. */
const OPEN_LIMIT_MS = 60_000;

/** A run of restic that opens the repository and waits for the word before it looks at any file. */
interface GatedPass {
  /** Whether it waits; false when it failed before, or takes too long. Never rejects. */
  readonly waits: Promise<boolean>;
  /** Lets it begin. @throws as `backupPass` does */
  go(options: JobOptions): Promise<PassDone>;
  /** Ends it. */
  cancel(): Promise<void>;
}

/**
 * Starts a pass that waits. Opening a repository costs half a second and more (the key is derived with scrypt), which
 * writers that are held should not wait for. restic opens the repository, takes its lock, and then reads its list of
 * excludes, before it looks at anything: the list is a pipe, and what comes out of it ends the waiting. Its first byte
 * is sent at once and is no pattern by itself: should this process die, restic reads a list that it refuses
 * ("invalid pattern(s)"), and stores nothing.
 */
async function gatedPass(context: ResticContext, request: BackupRequest): Promise<GatedPass> {
  const gate = join(context.access.workDirectory, `run-${process.pid}-gate-${randomBytes(6).toString('hex')}`);
  mkdirSync(context.access.workDirectory, { recursive: true, mode: 0o700 });
  await promisify(execFile)('mkfifo', ['-m', '600', gate]);
  const ending = new AbortController();
  let over = false;
  let progress: JobOptions['progress'];
  const pass = backupPass(context, request, {
    signal: ending.signal,
    excludeFile: gate,
    progress: (one) => progress?.(one),
  }).finally(() => {
    over = true;
    rmSync(gate, { force: true });
  });
  // Who cancels it does not want to know.
  pass.catch(() => undefined);
  let writer: number | undefined;
  const close = () => {
    if (writer !== undefined) closeSync(writer);
    writer = undefined;
  };
  const waits = (async () => {
    const until = performance.now() + OPEN_LIMIT_MS;
    while (!over && performance.now() < until) {
      writer = openForReader(gate);
      if (writer !== undefined) {
        writeSync(writer, '[');
        return true;
      }
      await sleep(POLL_MS);
    }
    return false;
  })();
  const cancel = async () => {
    ending.abort();
    await pass.catch(() => undefined);
    await waits;
    close();
  };
  return {
    waits,
    cancel,
    go: async ({ progress: told, signal }) => {
      progress = told;
      const stop = () => ending.abort();
      signal?.addEventListener('abort', stop, { once: true });
      try {
        if (signal?.aborted === true) throw abortedError('restic');
        if (writer !== undefined) writeSync(writer, `h]oldfast-${randomBytes(16).toString('hex')}\n`);
        close();
        return await pass;
      } catch (error) {
        await cancel();
        throw error;
      } finally {
        signal?.removeEventListener('abort', stop);
      }
    },
  };
}

/** The pipe's end for writing, once somebody is about to read from it. */
function openForReader(path: string): number | undefined {
  try {
    return openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
}

/**
 * A pass that waits, or, where none can be had (no pipes, a repository that is locked just now), one that does not: `go` then
 * does it in the usual way. It takes the turn of one who reads: restic lets passes run beside each other, and this home
 * prunes nothing meanwhile.
 * @param plain the usual way
 */
export function preparedPass(
  context: ResticContext,
  turns: Turns,
  request: BackupRequest,
  plain: (options: JobOptions) => Promise<PassDone>,
): PreparedPass {
  const over = deferred<void>();
  const opened = deferred<GatedPass | undefined>();
  const turn = turns
    .take('read', undefined, async () => {
      opened.resolve(await gatedPass(context, request).catch(() => undefined));
      await over.promise;
    })
    .catch(() => opened.resolve(undefined));
  const waiting = opened.promise.then(async (gate) => {
    if ((await gate?.waits) === true) return gate;
    // Whoever wants to be alone, to take a dead run's lock away for example, must not wait for one that failed on it.
    await gate?.cancel();
    over.resolve();
    return undefined;
  });
  const end = async () => {
    over.resolve();
    await turn;
  };
  const cancel = async () => {
    await (await opened.promise)?.cancel();
    await end();
  };
  return {
    ready: waiting.then(() => undefined),
    cancel,
    go: async (options = {}) => {
      const gate = await waiting;
      if (gate === undefined) {
        await cancel();
        return plain(options);
      }
      try {
        return await gate.go(options);
      } finally {
        await end();
      }
    },
  };
}

function deferred<T>() {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((done) => {
    resolve = done;
  });
  return { promise, resolve: (value: T) => resolve(value) };
}
