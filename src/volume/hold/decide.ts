import type { ContainerRun } from '#base/engine/control.ts';
import type { HeldContainer, HoldMethod, HoldStep } from '#volume/hold/hold-record.ts';

/** What is to be done so that a container runs again as it did. */
export type Release =
  | { readonly kind: 'unpause' }
  | { readonly kind: 'start' }
  /** The engine may still be about to carry out the order: look again. */
  | { readonly kind: 'look-again' }
  /** It is being stopped: wait until it is, then start it. */
  | { readonly kind: 'await-stop' }
  | { readonly kind: 'nothing'; readonly why: Why };

/**
 * `runs`: it does. `gone`: it has been removed. `not-held`: it never was, or the engine refused. `other-run`: somebody
 * started it anew since, so its state is theirs. `stopped`: somebody stopped it on purpose while it was held.
 */
export type Why = 'runs' | 'gone' | 'not-held' | 'released' | 'other-run' | 'stopped';

/** What the engine remembers. */
export interface Memory {
  /** Its end was asked for, after it was paused, or while it was being stopped. */
  readonly killed: boolean;
}

/**
 * Decides from what the journal says and what the engine shows. `now` is absent for a container that is gone. Only a run
 * that was running when it was held is let run again: what others paused or stopped stays so.
 */
export function decideRelease(
  method: HoldMethod,
  held: HeldContainer,
  step: HoldStep | undefined,
  now: ContainerRun | undefined,
  memory: Memory,
): Release {
  if (step === undefined || step === 'left') return { kind: 'nothing', why: 'not-held' };
  if (step === 'released') return { kind: 'nothing', why: 'released' };
  if (now === undefined || now.state === 'other') return { kind: 'nothing', why: 'gone' };
  if (now.startedAt !== held.startedAt) return { kind: 'nothing', why: 'other-run' };
  switch (now.state) {
    case 'running':
    case 'restarting':
      if (step === 'held') return { kind: 'nothing', why: 'runs' };
      return method === 'stop' && memory.killed ? { kind: 'await-stop' } : { kind: 'look-again' };
    case 'paused':
      // Who stops does not pause: that was somebody else.
      return method === 'pause' ? { kind: 'unpause' } : { kind: 'nothing', why: 'not-held' };
    case 'exited':
      // A frozen process ends by somebody's order, or with its engine; an engine that was restarted remembers no order.
      return method === 'pause' && memory.killed ? { kind: 'nothing', why: 'stopped' } : { kind: 'start' };
    case 'created':
      return { kind: 'nothing', why: 'other-run' };
  }
}
