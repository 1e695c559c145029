import { HoldfastError } from '#core/errors.ts';

/** Watches whether this process goes on without standing still, and whether the clock is set. */
export interface Pace {
  /** @throws `OBSERVER_STALLED` once anything of that has happened */
  refuseStall(): void;
  close(): void;
}

const LOOK_MS = 500;
/** An engine drops events that are not read in time, and remembers them by a clock that must not step. */
const STALL_MS = 5_000;

export function watchPace(steady: () => number = () => performance.now(), clock: () => number = Date.now): Pace {
  let before = { steady: steady(), clock: clock() };
  let said: string | undefined;
  const look = () => {
    const now = { steady: steady(), clock: clock() };
    const passedMs = now.steady - before.steady;
    const steppedMs = now.clock - before.clock - passedMs;
    before = now;
    if (passedMs >= STALL_MS) said ??= `The observer stood still for ${Math.round(passedMs)} ms`;
    else if (Math.abs(steppedMs) >= STALL_MS) said ??= `The clock was set by ${Math.round(steppedMs)} ms`;
  };
  const timer = setInterval(look, LOOK_MS);
  return {
    refuseStall: () => {
      look();
      if (said === undefined) return;
      throw new HoldfastError('OBSERVER_STALLED', `${said}; the engine is asked whether anything was missed`);
    },
    close: () => clearInterval(timer),
  };
}
