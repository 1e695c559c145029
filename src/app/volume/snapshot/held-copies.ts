import { type FirstPassDeps, firstPasses, watched } from '#app/volume/snapshot/first-passes.ts';
import { holdWhile } from '#app/volume/snapshot/hold-while.ts';
import { type ReflinkPlace, reflink, removeCopy } from '#app/volume/snapshot/reflink.ts';
import { HoldfastError, type Problem, problemOf } from '#core/errors.ts';
import type { BackupRequest, PassDone } from '#volume/engines/engine.ts';
import type { HoldDeps } from '#volume/hold/hold-types.ts';
import { type CopyMethod, copyMethods, type PlannedWriter } from '#volume/snapshot/choose.ts';

/** What was copied, all of it while the same hold lasted. */
export interface HeldCopies {
  /** In the order of the requests. */
  readonly passes: readonly PassDone[];
  readonly method: CopyMethod['kind'];
  readonly holdMs: number;
  readonly problems: readonly Problem[];
}

export interface CopyDeps extends FirstPassDeps {
  /** Told before each way that is tried, while its sources may still change. */
  readonly trying: (method: CopyMethod['kind']) => void;
  readonly hold: HoldDeps;
  /** Where the requests' first paths can be copied by reflink; undefined where one of them cannot. */
  readonly reflinks: () => Promise<readonly ReflinkPlace[] | undefined>;
}

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
  let first: readonly number[] | undefined;
  for (const method of copyMethods(running)) {
    const { kind } = method;
    deps.trying(kind);
    if (kind === 'live' || kind === 'still') {
      return { passes: await passAll(deps, requests), method: kind, holdMs: 0, problems };
    }
    if (kind === 'reflink') {
      const places = await deps.reflinks();
      if (places === undefined) {
        problems.push({ code: 'REFLINK_FAILED', message: 'Not all of it lies where files can share their blocks' });
        continue;
      }
      const copied = await copyByReflink(deps, method, requests, running, places);
      problems.push(...copied.problems);
      if (copied.value !== undefined) return { passes: copied.value, method: kind, holdMs: copied.holdMs, problems };
      continue;
    }
    const opened = await firstPasses(deps, requests, first);
    const { passes } = opened;
    first = opened.first;
    try {
      await passes.ready();
      const done = await holdWhile(deps, { kind, capMs: method.capMs }, running, async (ended, made) => {
        for (let index = 0; index < requests.length; index += 1) made(await passes.go(index, watched(deps, ended)));
      });
      problems.push(...done.problems);
      if (done.value !== undefined) {
        const added = done.made.map((pass, at) => ({ ...pass, bytesAdded: pass.bytesAdded + (first?.[at] ?? 0) }));
        return { passes: added, method: kind, holdMs: done.holdMs, problems };
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

async function passAll(deps: CopyDeps, requests: readonly BackupRequest[]): Promise<readonly PassDone[]> {
  const passes: PassDone[] = [];
  for (const request of requests) passes.push(await deps.engine.pass(request, watched(deps, deps.signal)));
  return passes;
}

/** Holds for as long as files take to be copied without their blocks, and stores the copy afterwards. */
async function copyByReflink(
  deps: CopyDeps,
  { capMs }: Extract<CopyMethod, { readonly capMs: number }>,
  requests: readonly BackupRequest[],
  running: readonly PlannedWriter[],
  places: readonly ReflinkPlace[],
) {
  try {
    const held = await holdWhile(deps, { kind: 'pause', capMs }, running, async (ended) => {
      for (const place of places) await reflink(place, ended);
    }).catch((error: unknown) => {
      if (!(error instanceof HoldfastError) || error.code !== 'REFLINK_FAILED') throw error;
      return { value: undefined, holdMs: 0, problems: [problemOf(error)] };
    });
    if (held.value === undefined) return { ...held, value: undefined };
    const copies = requests.map((request, index): BackupRequest => {
      const [source = '', ...rest] = request.paths;
      return { ...request, paths: [places[index]?.copy ?? source, ...rest] };
    });
    return { ...held, value: await passAll(deps, copies) };
  } finally {
    for (const place of places) removeCopy(place);
  }
}
