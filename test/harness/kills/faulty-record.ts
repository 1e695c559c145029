// A home's ledger as the program opens it, with an ear at every step.
import fs, { writeSync } from 'node:fs';
import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { EVENTS } from '#app/events.ts';
import { requireHome } from '#app/home/home.ts';
import { homePaths } from '#app/home/home-directory.ts';
import { openHomeDatabase } from '#app/home/open-home-database.ts';
import { readSigner } from '#app/home/signing-key.ts';
import { contentsProjection } from '#app/projections/contents.ts';
import { imagesProjection } from '#app/projections/images.ts';
import { openBlobStore } from '#base/blobs/blob-store.ts';
import type { Digest } from '#core/digest.ts';
import { HoldfastError } from '#core/errors.ts';
import { eventCatalogue } from '#ledger/catalogue.ts';
import { openLedger } from '#ledger/ledger.ts';
import type { Change, TableProjection } from '#ledger/projection/projection.ts';
import type { KillPhase, Plan } from './plan.ts';

/** Called wherever the program may die. */
export type Reached = (phase: KillPhase) => void;

/** Prints a line that is out before the next statement runs. */
export function tell(line: string): void {
  const bytes = Buffer.from(`${line}\n`);
  for (let done = 0; done < bytes.length; ) {
    try {
      done += writeSync(1, bytes, done);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error;
    }
  }
}

/** Dies, as if by kill -9, when it is called for a phase for the n-th time. */
export function killer(kill: Plan['kill']): Reached {
  let times = 0;
  return (phase) => {
    if (phase !== kill?.phase) return;
    times += 1;
    if (times !== kill.nth) return;
    tell(`killing ${phase}`);
    process.kill(process.pid, 'SIGKILL');
  };
}

/** Puts the ear at the files' names: of blobs and of copies of checkpoints. */
export function listenAtFiles(reached: Reached): void {
  const { rename } = promises;
  Object.assign(promises, {
    rename: async (from: string, to: string) => {
      reached('blob-written');
      await rename(from, to);
      reached('blob-renamed');
    },
  });
  const { renameSync, writeSync: write } = fs;
  Object.assign(fs, {
    renameSync: (from: string, to: string) => {
      reached('copy-written');
      renameSync(from, to);
      reached('copy-renamed');
    },
    writeSync: (fd: number, bytes: Buffer, offset = 0) => {
      if (fd <= 2) return write(fd, bytes, offset);
      const half = write(fd, bytes, offset, Math.ceil((bytes.length - offset) / 2));
      reached('copy-writing');
      return half;
    },
  });
  syncBuiltinESMExports();
}

export async function openFaulty({ home: directory, clockGoesBack }: Plan, reached: Reached) {
  const environment = { HOLDFAST_HOME: directory };
  const home = requireHome(environment);
  const paths = homePaths(directory);
  const signer = readSigner(paths.key);
  const database = await openHomeDatabase(home, environment, 'write');
  const blobs = openBlobStore(paths.blobs);
  const catalogue = eventCatalogue(EVENTS);
  let isRebuilding = false;
  const contents: TableProjection = {
    ...contentsProjection,
    apply: (event, seen) =>
      interrupted([...contentsProjection.apply(event, seen)], () =>
        reached(isRebuilding ? 'rebuilding' : 'catching-up'),
      ),
  };
  /** As decisions would need it: in the transaction of its events. */
  const atOnce: TableProjection = { ...imagesProjection, id: 'images_at_once', when: 'in-append' };
  const projections = [atOnce, imagesProjection, contents];
  const start = Date.now();
  let asked = 0;
  const now = () => {
    asked += 1;
    return new Date(clockGoesBack ? start - asked * 60_000 : Date.now());
  };
  const blob = (digest: Digest) =>
    blobs.get(digest).catch((error: unknown) => {
      if (error instanceof HoldfastError && error.code.startsWith('BLOB_')) return undefined;
      throw error;
    });
  const ledger = openLedger({ database, catalogue, projections, signer, now, blob, onPhase: reached });
  const rebuild = async () => {
    isRebuilding = true;
    try {
      await ledger.rebuild(projections);
    } finally {
      isRebuilding = false;
    }
  };
  return { database, blobs, catalogue, signer, ledger, atOnce, lookedAt: [imagesProjection, contents], rebuild, now };
}

/** Half of them, and then the rest. */
function* interrupted(changes: readonly Change[], between: () => void): Generator<Change> {
  const half = Math.ceil(changes.length / 2);
  yield* changes.slice(0, half);
  between();
  yield* changes.slice(half);
}

export type FaultyRecord = Awaited<ReturnType<typeof openFaulty>>;
