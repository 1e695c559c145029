import { HoldfastError, type Problem } from '#core/errors.ts';
import type { PassDone } from '#volume/engines/engine.ts';
import { holdContainers } from '#volume/hold/hold.ts';
import type { HoldMethod } from '#volume/hold/hold-record.ts';
import type { HoldDeps } from '#volume/hold/hold-types.ts';
import type { PlannedWriter } from '#volume/snapshot/choose.ts';

export interface HoldWhileDeps {
  readonly hold: HoldDeps;
  readonly signal: AbortSignal;
  readonly unwanted: (ids: readonly string[]) => void;
}

/** What was done while all stood still. */
export interface HeldWork {
  /** Undefined: not all stood still, or not for long enough; `problems` says why, and what was made is not wanted. */
  readonly value: true | undefined;
  readonly made: readonly PassDone[];
  readonly holdMs: number;
  readonly problems: readonly Problem[];
}

/**
 * Works while writers are held.
 * @param work tells each pass that it made
 * @throws `SNAPSHOT_INTERRUPTED`, `HOLD_*`, `ENGINE_*`, and what `work` throws
 */
export async function holdWhile(
  { hold, signal, unwanted }: HoldWhileDeps,
  { kind, capMs }: { readonly kind: HoldMethod; readonly capMs: number },
  running: readonly PlannedWriter[],
  work: (ended: AbortSignal, made: (pass: PassDone) => void) => Promise<void>,
): Promise<HeldWork> {
  const made: PassDone[] = [];
  const ids = running.map(({ container }) => container.id);
  const giveUp = () => unwanted(made.splice(0).map(({ shortId }) => shortId));
  const held = await holdContainers(hold, ids, { method: kind, capMs }, (ended) =>
    work(AbortSignal.any([ended, signal]), (pass) => made.push(pass)),
  ).catch((error: unknown) => {
    giveUp();
    throw error;
  });
  if (held.kind === 'done' && held.disturbances.length === 0) {
    return { value: true, made, holdMs: held.heldMs, problems: [] };
  }
  giveUp();
  if (held.kind === 'interrupted') {
    throw new HoldfastError('SNAPSHOT_INTERRUPTED', `It was ended by ${held.signal}; everything runs again`);
  }
  const problems = [...held.disturbances];
  if (held.kind === 'refused') problems.push(...held.problems);
  if (held.kind === 'cap-exceeded') {
    const message = `It could not be copied within ${capMs} ms of ${kind}; the next way was tried`;
    problems.push({ code: 'HOLD_CAP', message });
  }
  return { value: undefined, made: [], holdMs: 0, problems };
}
