import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { abortedError } from '#base/process/start-process.ts';
import { HoldfastError } from '#core/errors.ts';
import type { JobOptions, PassDone, RepositoryAccess, SnapshotEngine, SnapshotFilter } from '#volume/engines/engine.ts';
import { backupPass, lookUp } from '#volume/engines/restic/backup.ts';
import { backupStreamPass } from '#volume/engines/restic/backup-stream.ts';
import {
  checkRepository,
  forgetSnapshots,
  initRepository,
  pruneRepository,
  readIdentity,
  unlockRepository,
} from '#volume/engines/restic/care.ts';
import { copySnapshots } from '#volume/engines/restic/copy.ts';
import { addKey, currentKey, removeKey } from '#volume/engines/restic/keys.ts';
import { preparedPass } from '#volume/engines/restic/prepared.ts';
import { askVersion, findRestic, formatVersion } from '#volume/engines/restic/program.ts';
import { quickLook, uniqueIds } from '#volume/engines/restic/quick-look.ts';
import { dumpFile, listEntries } from '#volume/engines/restic/read.ts';
import { restoreSnapshot } from '#volume/engines/restic/restore.ts';
import type { ResticContext } from '#volume/engines/restic/run.ts';
import { readSnapshots } from '#volume/engines/restic/snapshots.ts';
import { type Turn, turnsAt } from '#volume/engines/restic/turns.ts';

/** A restic whose program was killed just now may not have ended yet. */
const LOCKED_WAITS_MS = [0, 1_000, 3_000] as const;

/**
 * restic as the engine of one repository. Jobs of one home take turns. A lock that a dead run left is taken away once
 * where nobody else uses the repository, and the job is tried again, for some seconds; a lock of somebody living stays.
 * @param ours the environment of this program
 */
export function resticEngine(
  access: RepositoryAccess,
  ours: Readonly<Record<string, string | undefined>>,
): SnapshotEngine {
  let asked: ReturnType<ResticContext['program']> | undefined;
  const program = () => {
    asked ??= ask(ours);
    return asked;
  };
  const context: ResticContext = { access, ours, program };
  const turns = turnsAt(access.lockPath);
  const quick = quickLook(access, ours);
  const find = async (filter: SnapshotFilter = {}) => (await quick.find(filter)) ?? readSnapshots(context, filter);
  const unlock = () => turns.take('alone', undefined, () => unlockRepository(context));
  const inTurn = async <T>(turn: Turn, signal: AbortSignal | undefined, job: () => Promise<T>): Promise<T> => {
    try {
      return await turns.take(turn, signal, job);
    } catch (error) {
      if (access.shared || !isLocked(error)) throw error;
      let locked = error;
      for (const waitMs of LOCKED_WAITS_MS) {
        if (signal?.aborted === true) throw abortedError('restic');
        await sleep(waitMs);
        await unlock();
        try {
          return await turns.take(turn, signal, job);
        } catch (again) {
          if (!isLocked(again)) throw again;
          locked = again;
        }
      }
      throw locked;
    }
  };
  const stored = async (pass: () => Promise<PassDone>, host: string, { signal }: JobOptions = {}) =>
    lookUp(find, await inTurn('write', signal, pass), host);
  const reading = async function* <T>(items: () => AsyncIterable<T>): AsyncGenerator<T> {
    const turn = openTurn();
    // What is read keeps its turn until the reader has had enough.
    const held = turns.take('read', undefined, () => turn.hold());
    held.catch(turn.fail);
    await turn.begun;
    try {
      yield* items();
    } finally {
      turn.end();
      await held;
    }
  };
  return {
    version: async () => formatVersion((await program()).version),
    init: () => turns.take('alone', undefined, () => initRepository(context)),
    identity: () => readIdentity(context),
    pass: (request, options) => inTurn('write', options?.signal, () => backupPass(context, request, options)),
    prepare: (request) => {
      const prepared = preparedPass(context, turns, request, (options) =>
        inTurn('write', options?.signal, () => backupPass(context, request, options)),
      );
      // Not beside those of restic: each derivation takes half a second of a processor.
      void prepared.ready.then(quick.unlock);
      return prepared;
    },
    discard: (ids) =>
      inTurn('alone', undefined, async () => {
        if (ids.length === 0 || quick.discard(ids)) return;
        const names = (await readSnapshots(context, { ids })).map(({ id }) => id);
        await forgetSnapshots(context, uniqueIds(names, ids));
      }),
    backup: (request, options) => stored(() => backupPass(context, request, options), request.host, options),
    backupStream: async (request, options) => {
      // What was read of a stream is gone: no second attempt.
      if (!access.shared && mayBeLocked(access)) await unlock();
      const pass = () => turns.take('write', options?.signal, () => backupStreamPass(context, request, options));
      return lookUp(find, await pass(), request.host);
    },
    snapshots: find,
    list: (snapshot, path) => reading(() => listEntries(context, snapshot, path)),
    restore: (request, options) => inTurn('read', options?.signal, () => restoreSnapshot(context, request, options)),
    dump: (snapshot, path) => reading(() => dumpFile(context, snapshot, path)),
    check: (part, options) => inTurn('alone', options?.signal, () => checkRepository(context, part, options)),
    forget: (ids) => inTurn('alone', undefined, () => forgetSnapshots(context, ids)),
    prune: (options) => inTurn('alone', options?.signal, () => pruneRepository(context, options)),
    unlock,
    copyTo: (other, ids, options) => {
      const there = { ...context, access: other };
      const writing = () => copySnapshots(context, there, ids, options);
      // Reading waits for nobody who writes: two copies in opposite directions do not wait for each other.
      return inTurn('read', options?.signal, () => turnsAt(other.lockPath).take('write', options?.signal, writing));
    },
    keys: {
      current: (passwordFile) => currentKey(context, passwordFile),
      add: (newPasswordFile) => inTurn('alone', undefined, () => addKey(context, newPasswordFile)),
      remove: (keyId, passwordFile) => inTurn('alone', undefined, () => removeKey(context, keyId, passwordFile)),
    },
  };
}

async function ask(ours: Readonly<Record<string, string | undefined>>) {
  const path = findRestic(ours);
  return { path, version: await askVersion(path) };
}

function isLocked(error: unknown): boolean {
  return error instanceof HoldfastError && error.code === 'RESTIC_LOCKED';
}

/** Locks of a directory can be seen without a second of opening the repository; elsewhere it is not known. */
function mayBeLocked({ location }: RepositoryAccess): boolean {
  if (!location.startsWith('/')) return true;
  try {
    return readdirSync(join(location, 'locks')).length > 0;
  } catch {
    return false;
  }
}

/** A turn that lasts as long as somebody else says. */
function openTurn() {
  let begin: () => void = () => undefined;
  let fail: (error: unknown) => void = () => undefined;
  let end: () => void = () => undefined;
  const begun = new Promise<void>((resolve, reject) => {
    begin = resolve;
    fail = reject;
  });
  const over = new Promise<void>((resolve) => {
    end = resolve;
  });
  const hold = () => {
    begin();
    return over;
  };
  return { begun, hold, end: () => end(), fail: (error: unknown) => fail(error) };
}
