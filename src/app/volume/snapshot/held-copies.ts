import { type OpenPasses, openPasses } from '#app/volume/snapshot/open-passes.ts';
import { HoldfastError, type Problem } from '#core/errors.ts';
import type { BackupRequest, PassDone, SnapshotEngine } from '#volume/engines/engine.ts';
import { holdContainers } from '#volume/hold/hold.ts';
import type { HoldDeps } from '#volume/hold/hold-types.ts';
import { type CopyMethod, copyMethods, type PlannedWriter } from '#volume/snapshot/choose.ts';
import { FIRST_PASS_TAG, OWN_TAG } from '#volume/snapshot/tags.ts';

/** What was copied, all of it while the same hold lasted. */
export interface HeldCopies {
  /** In the order of the requests. */
  readonly passes: readonly PassDone[];
  readonly method: CopyMethod['kind'];
  readonly holdMs: number;
  readonly problems: readonly Problem[];
}

export interface CopyDeps {
  readonly engine: SnapshotEngine;
  readonly hold: HoldDeps;
  /** This process was asked to end. */
  readonly signal: AbortSignal;
  /** Told of every snapshot that was made and is not wanted: first passes, and copies of what did not stand still. */
  readonly unwanted: (ids: readonly string[]) => void;
}

const FIRST_PASS_AGE_MS = 2_000;
/** Runs of restic that wait at once: each takes about 100 MB. */
const MOST_OPEN = 4;

/**
 * Copies everything as it is at one moment: most of it while everything runs, the rest while those that can write are held.
 * One way after the other is tried, until one held long enough.
 * @throws `SNAPSHOT_NOT_CONSISTENT`, `SNAPSHOT_INTERRUPTED`, `RESTIC_*`, `HOLD_*`, `ENGINE_*`
 */
export async function copyHeld(
  deps: CopyDeps,
  requests: readonly BackupRequest[],
  running: readonly PlannedWriter[],
): Promise<HeldCopies> {
  const problems: Problem[] = [];
  let stored: readonly number[] | undefined;
  for (const method of copyMethods(running)) {
    if (method.kind === 'live' || method.kind === 'still') {
      const passes: PassDone[] = [];
      for (const request of requests) passes.push(await deps.engine.pass(request, deps));
      return { passes, method: method.kind, holdMs: 0, problems };
    }
    const { first, passes } = await openHeld(deps, requests, stored);
    stored = first;
    try {
      await passes.ready();
      const done = await copyWhile(deps, method, requests.length, running, passes);
      problems.push(...done.problems);
      if (done.passes !== undefined) {
        const added = done.passes.map((pass, at) => ({ ...pass, bytesAdded: pass.bytesAdded + (first[at] ?? 0) }));
        return { passes: added, method: method.kind, holdMs: done.holdMs, problems };
      }
    } finally {
      await passes.close();
    }
  }
  const last = problems.at(-1)?.message ?? '';
  throw new HoldfastError('SNAPSHOT_NOT_CONSISTENT', `No way gave a consistent copy: ${last}`, {
    hint: 'Allow more time (label holdfast.volume.hold-cap), or another way (label holdfast.volume.method).',
  });
}

/**
 * Stores most of it while everything runs, so that the hold is short, unless that was done; and opens what is to run while
 * it lasts. Gives how many bytes each first pass added.
 */
async function openHeld(
  { engine, signal, unwanted }: CopyDeps,
  requests: readonly BackupRequest[],
  stored: readonly number[] | undefined,
): Promise<{ readonly first: readonly number[]; readonly passes: OpenPasses }> {
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
      const { shortId, bytesAdded } = await open.go(index, { signal });
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

async function copyWhile(
  { hold, signal, unwanted }: CopyDeps,
  { kind, capMs }: Extract<CopyMethod, { readonly capMs: number }>,
  count: number,
  running: readonly PlannedWriter[],
  open: OpenPasses,
): Promise<{ readonly passes?: readonly PassDone[]; readonly holdMs: number; readonly problems: readonly Problem[] }> {
  const passes: PassDone[] = [];
  const all = async (ended: AbortSignal) => {
    for (let index = 0; index < count; index += 1) {
      passes.push(await open.go(index, { signal: AbortSignal.any([ended, signal]) }));
    }
  };
  const ids = running.map(({ container }) => container.id);
  const held = await holdContainers(hold, ids, { method: kind, capMs }, all).catch((error: unknown) => {
    unwanted(passes.map(({ shortId }) => shortId));
    throw error;
  });
  if (held.kind === 'done' && held.disturbances.length === 0) return { passes, holdMs: held.heldMs, problems: [] };
  unwanted(passes.map(({ shortId }) => shortId));
  if (held.kind === 'interrupted') {
    throw new HoldfastError('SNAPSHOT_INTERRUPTED', `It was ended by ${held.signal}; everything runs again`);
  }
  const problems = [...held.disturbances];
  if (held.kind === 'refused') problems.push(...held.problems);
  if (held.kind === 'cap-exceeded') {
    const message = `It could not be copied within ${capMs} ms of ${kind}; the next way was tried`;
    problems.push({ code: 'HOLD_CAP', message });
  }
  return { holdMs: 0, problems };
}
