import { type OpenPasses, openPasses } from '#app/volume/snapshot/open-passes.ts';
import type { BackupRequest, JobOptions, SnapshotEngine } from '#volume/engines/engine.ts';
import { FIRST_PASS_TAG, OWN_TAG } from '#volume/snapshot/tags.ts';

const FIRST_PASS_AGE_MS = 2_000;
/** Runs of restic that wait at once: each takes about 100 MB. */
const MOST_OPEN = 4;

export interface FirstPassDeps {
  readonly engine: SnapshotEngine;
  /** This process was asked to end. */
  readonly signal: AbortSignal;
  /** Told of every snapshot that was made and is not wanted. */
  readonly unwanted: (ids: readonly string[]) => void;
  /** Told how far each pass is. */
  readonly progress?: JobOptions['progress'];
}

/**
 * Stores most of it while everything runs, so that the hold is short, unless that was done; and opens what is to run while
 * it lasts. Gives how many bytes each first pass added.
 */
export async function firstPasses(
  deps: FirstPassDeps,
  requests: readonly BackupRequest[],
  stored: readonly number[] | undefined,
): Promise<{ readonly first: readonly number[]; readonly passes: OpenPasses }> {
  const { engine, signal, unwanted } = deps;
  if (stored !== undefined) return { first: stored, passes: openPasses(engine, requests, MOST_OPEN) };
  // restic goes on from a snapshot only when that is older than the start of the run, and those of the hold start soon.
  const time = new Date(Date.now() - FIRST_PASS_AGE_MS);
  const firsts = requests.map((request) => {
    const tags = [FIRST_PASS_TAG, ...request.tags.filter((tag) => tag !== OWN_TAG)];
    return { ...request, tags, time };
  });
  const open = openPasses(engine, firsts, MOST_OPEN / 2);
  let passes: OpenPasses | undefined;
  try {
    const first: number[] = [];
    for (let index = 0; index < firsts.length; index += 1) {
      if (index === firsts.length - 1) passes = openPasses(engine, requests, MOST_OPEN);
      const { shortId, bytesAdded } = await open.go(index, watched(deps, signal));
      unwanted([shortId]);
      first.push(bytesAdded);
    }
    return { first, passes: passes ?? openPasses(engine, requests, MOST_OPEN) };
  } catch (error) {
    await passes?.close();
    throw error;
  } finally {
    await open.close();
  }
}

/** How a pass is ended early, and whom it tells how far it is. */
export function watched({ progress }: Pick<FirstPassDeps, 'progress'>, signal: AbortSignal): JobOptions {
  return progress === undefined ? { signal } : { signal, progress };
}
