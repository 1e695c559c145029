import type { HoldDeps } from '#volume/hold/hold-types.ts';

/** Why a hold is to end before its work is done. */
export type Ended =
  | { readonly kind: 'cap-exceeded' }
  | { readonly kind: 'interrupted'; readonly signal: NodeJS.Signals };

/** Watches for what ends a hold early. */
export interface Ending {
  readonly signal: AbortSignal;
  /** Undefined as long as nothing did. */
  why(): Ended | undefined;
  /** The cap no longer counts: it is about to be released. */
  uncap(): void;
  close(): void;
}

/** Begins now: the cap counts from here. */
export function watchForEnd(deps: Pick<HoldDeps, 'onSignal'>, capMs: number): Ending {
  const abort = new AbortController();
  let ended: Ended | undefined;
  const end = (how: Ended) => {
    ended ??= how;
    abort.abort();
  };
  const timer = setTimeout(() => end({ kind: 'cap-exceeded' }), capMs);
  const unlisten = deps.onSignal((signal) => end({ kind: 'interrupted', signal }));
  return {
    signal: abort.signal,
    why: () => ended,
    uncap: () => clearTimeout(timer),
    close: () => {
      clearTimeout(timer);
      unlisten();
    },
  };
}

/** What the work gave; undefined when it was told to end first. @throws what the work throws */
export async function unlessEnded<T>(
  work: Promise<T>,
  signal: AbortSignal,
): Promise<{ readonly value: T } | undefined> {
  if (signal.aborted) return undefined;
  let stop = () => {};
  const aborted = new Promise<undefined>((resolve) => {
    stop = () => resolve(undefined);
    signal.addEventListener('abort', stop);
  });
  try {
    return await Promise.race([work.then((value) => ({ value })), aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** Waits until the work has ended, however it did, but not without limit. */
export async function settled(work: Promise<unknown> | undefined, limitMs: number): Promise<void> {
  if (work === undefined) return;
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limitMs);
  });
  await Promise.race([work.then(nothing, nothing), limit]);
  clearTimeout(timer);
}

function nothing(): void {}
