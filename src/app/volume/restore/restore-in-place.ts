import { lstatSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { holdDeps } from '#app/volume/hold/holds.ts';
import { engineKey } from '#app/volume/observe/look-at-container.ts';
import { fetcher } from '#app/volume/restore/fetcher.ts';
import { type LivePlace, livePlace, liveTarget } from '#app/volume/restore/live-place.ts';
import { beforeName, openPending, type PendingSwap, swapNow } from '#app/volume/restore/pending.ts';
import type { PickedSnapshot } from '#app/volume/restore/pick-snapshot.ts';
import { refuseOdd } from '#app/volume/restore/refuse-outside.ts';
import type { RestoreDeps, Restored, RestoreRequest } from '#app/volume/restore/restore-types.ts';
import { restoredEvent } from '#app/volume/restore/restored-event.ts';
import { shiftOwners } from '#app/volume/restore/shift-owners.ts';
import { takeSnapshot } from '#app/volume/snapshot/take-snapshot.ts';
import type { EngineControl } from '#base/engine/engine.ts';
import { HoldfastError, type Problem, problemOf } from '#core/errors.ts';
import { holdContainers } from '#volume/hold/hold.ts';

/** Containers stand still for a snapshot of what changed last, and two renames. */
const STOP_CAP_MS = 15 * 60_000;

/**
 * Puts a snapshot, or a part of it, where it came from. First it is restored beside, read again and compared; then all that
 * is there is kept as a snapshot, while those who use it still run; then they are stopped, what they wrote since is kept,
 * the two are swapped by rename, and they run again. Until the swap nothing has changed; a crash in it is put right by the
 * next run, or `volume reconcile`.
 * @throws `RESTORE_*`, `SNAPSHOT_*`, `VOLUME_*`, `RESTIC_*`, `HOLD_*`, `ENGINE_*`, `LEDGER_*`
 */
export async function restoreInPlace(
  deps: RestoreDeps,
  request: RestoreRequest,
  picked: PickedSnapshot,
  path: Buffer,
): Promise<Restored> {
  const { row, subject } = picked;
  if (subject === undefined) {
    throw new HoldfastError(
      'RESTORE_PLACE_UNKNOWN',
      `Where the snapshot ${row.id.slice(0, 8)} came from is not known`,
      {
        kind: 'usage',
        hint: 'Restore it into a directory: --target DIRECTORY',
      },
    );
  }
  const engine = await deps.engine();
  const live = await livePlace(engine, subject, deps.now());
  const result: Omit<Restored, 'safety'> = {
    ...{ snapshot: row.id, time: row.time, subject, place: 'in-place', to: subject.name, mountpoint: live.root },
    ...{ restarted: live.running.map(({ name }) => name), lost: [], dryRun: request.dryRun, problems: picked.problems },
    ...(request.path === undefined ? {} : { path: request.path }),
  };
  if (request.dryRun) return result;
  const key = await engineKey(engine).catch(() => undefined);
  const pending = await openPending(deps.record.home, Buffer.from(dirname(live.root)));
  try {
    deps.step(`Restoring ${row.id.slice(0, 8)} beside ${live.root}`);
    const { item, lost, problems: unset } = await fetcher(deps, request, picked, path)(pending.scratch);
    if (request.path === undefined) refuseOdd(item, lstatSync(live.root).isDirectory() ? 'directory' : 'file');
    const owners = live.subject.kind === 'volume' ? shiftOwners(item, picked.ids, live.ids) : [];
    const problems: Problem[] = [...picked.problems, ...unset, ...owners];
    deps.step('Keeping what is there now');
    await keepMost(deps, engine, live, problems);
    deps.step('Swapping');
    const { stream, event } = restoredEvent(deps, request, picked, subject.name, lost, key);
    const plan = { stream, actor: deps.actor, event, item: item.toString('latin1') };
    const done = await swapHeld(deps, engine, live, problems, async (safety) => {
      const { place, before } = liveTarget(live, request.path, beforeName(pending.id));
      const swap: PendingSwap = {
        ...plan,
        event: { ...event, safety },
        place: place.toString('latin1'),
        before: before.toString('latin1'),
      };
      await pending.swap(swap);
      return swap;
    });
    const events = [{ type: 'volume.restored', data: done.swap.event }] as const;
    await deps.record.ledger.append({ stream, events, actor: deps.actor, key: `restore:${pending.id}` });
    if (done.complete) await rm(Buffer.from(done.swap.before, 'latin1'), { recursive: true, force: true });
    else problems.push(left(done.swap.before));
    return { ...result, lost, safety: done.safety, problems };
  } finally {
    await pending.done();
  }
}

/** The long part, while all run; what cannot be kept now can be when they stand still. */
async function keepMost(deps: RestoreDeps, engine: EngineControl, live: LivePlace, problems: Problem[]): Promise<void> {
  if (live.running.length === 0) return;
  try {
    const taken = await takeSnapshot({ ...deps, engine }, live.subject.name);
    problems.push(...taken.problems);
  } catch (error) {
    problems.push(problemOf(error));
  }
}

interface Swapped {
  readonly swap: PendingSwap;
  readonly safety: string;
  /** All that was there is in the snapshot. */
  readonly complete: boolean;
}

async function swapHeld(
  deps: RestoreDeps,
  engine: EngineControl,
  live: LivePlace,
  problems: Problem[],
  announce: (safety: string) => Promise<PendingSwap>,
): Promise<Swapped> {
  let swapped: Swapped | undefined;
  const work = async (signal: AbortSignal): Promise<void> => {
    // Nobody writes any more: what this one holds is all that there was.
    const { snapshot, complete, problems: unread } = await takeSnapshot({ ...deps, engine }, live.subject.name);
    problems.push(...unread);
    const swap = await announce(snapshot);
    // From the look at the signal on, nothing is waited for.
    if (signal.aborted) return;
    swapNow(swap);
    swapped = { swap, safety: snapshot, complete };
  };
  const ids = live.running.map(({ id }) => id);
  const outcome = await holdContainers(
    holdDeps(engine, deps.environment),
    ids,
    { method: 'stop', capMs: STOP_CAP_MS },
    work,
  ).catch((error: unknown) => {
    // It is done all the same, and the journal keeps what has to be released.
    if (swapped === undefined) throw error;
    problems.push(problemOf(error));
    return undefined;
  });
  problems.push(...(outcome?.disturbances ?? []));
  if (swapped !== undefined) return swapped;
  const [refusal] = outcome?.kind === 'refused' ? outcome.problems : [];
  const why =
    refusal?.message ?? (outcome?.kind === 'interrupted' ? `it was ended by ${outcome.signal}` : 'it took too long');
  throw new HoldfastError('RESTORE_NOT_SWAPPED', `Nothing was changed: ${why}`, {
    hint: refusal?.hint ?? 'Stop the containers that use it, and do it again.',
  });
}

function left(before: string): Problem {
  return {
    code: 'RESTORE_BEFORE_LEFT',
    message: `Not all of what was there could be kept as a snapshot, so it was left on disk: ${before}`,
    hint: 'Remove it when nothing in it is needed.',
  };
}
