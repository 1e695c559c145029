import type { EngineControl } from '#base/engine/engine.ts';
import type { Problem } from '#core/errors.ts';
import type { HoldMethod } from '#volume/hold/hold-record.ts';
import type { ReconcileDeps } from '#volume/hold/reconcile.ts';

/** Where a hold is; tests end the process there. */
export type HoldPhase =
  | 'before-journal'
  | 'journalled'
  | 'asking'
  | 'asked'
  | 'held'
  | 'before-release'
  | 'released'
  | 'before-clear'
  | 'cleared';

export interface HoldDeps extends ReconcileDeps {
  readonly engine: EngineControl;
  /** Starts the process that ends the hold when this one cannot. @throws `HOLD_WATCHDOG_FAILED` */
  readonly watch: (hold: string) => Promise<Watchdog>;
  /** Tells of a signal that asks this process to end; the result stops listening. */
  readonly onSignal: (listener: (signal: NodeJS.Signals) => void) => () => void;
  readonly phase?: (phase: HoldPhase) => void | Promise<void>;
}

/** The process that stands by. */
export interface Watchdog {
  /** The hold is over, or left to it. */
  release(): void;
}

export interface HoldOptions {
  readonly method: HoldMethod;
  /** From the first order on; 10 s unless given. */
  readonly capMs?: number;
  /** How long another hold of the same containers is waited for; a minute unless given. */
  readonly waitMs?: number;
}

/** What was not held, because it did not run or was paused by others. */
export interface LeftContainer {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly startedAt: string;
}

export interface HoldFacts {
  /** Milliseconds from the first order to the last answer; 0 when there was nothing to hold. */
  readonly heldMs: number;
  /** Ids of what was held, in that order. */
  readonly held: readonly string[];
  readonly left: readonly LeftContainer[];
  /** What happened meanwhile, so that not everything stood still: `HOLD_BROKEN`, `HOLD_CONTAINER_GONE`, `HOLD_OVERDUE`. */
  readonly disturbances: readonly Problem[];
}

/** How a hold ended. In each case everything has been released. */
export type HoldOutcome<T> =
  | (HoldFacts & { readonly kind: 'done'; readonly value: T })
  /** It took too long; the work was told to end. */
  | (HoldFacts & { readonly kind: 'cap-exceeded' })
  | (HoldFacts & { readonly kind: 'interrupted'; readonly signal: NodeJS.Signals })
  /** Something cannot be held in this way, so the work was not begun: `HOLD_REFUSED`, `HOLD_WOULD_REMOVE`. */
  | (HoldFacts & { readonly kind: 'refused'; readonly problems: readonly Problem[] });
