import { setTimeout as delay } from 'node:timers/promises';
import type { HttpClient } from '#base/http/client.ts';
import type { Message } from '#notify/message.ts';
import type { Answer, OpenTarget, SendContext } from '#notify/notifier.ts';

/** How long one is persistent. */
export interface Patience {
  readonly tries: number;
  /** For one try. */
  readonly tryMs: number;
  /** For all of them, with the pauses between. */
  readonly deadlineMs: number;
}

export interface DeliveryDeps {
  readonly http: HttpClient;
  readonly environment: SendContext['environment'];
  readonly now: () => Date;
  readonly patience: Patience;
  /** Waits between two tries; ends early with the signal. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** How it went for one target. */
export type Delivery =
  | { readonly kind: 'sent'; readonly tries: number }
  | {
      readonly kind: 'failed';
      readonly tries: number;
      readonly code: string;
      readonly message: string;
      readonly hint?: string;
    };

/** Of a daemon: a job must not wait long for those who are told of it. */
export const DAEMON_PATIENCE: Patience = { tries: 4, tryMs: 20_000, deadlineMs: 60_000 };

/** Of a person who looks on. */
export const TEST_PATIENCE: Patience = { tries: 1, tryMs: 20_000, deadlineMs: 20_000 };

const FIRST_PAUSE_MS = 1_000;

/** Tells one target, with pauses that grow, until it is told or the time is over. Never throws, always ends. */
export async function deliver(target: OpenTarget, message: Message, deps: DeliveryDeps): Promise<Delivery> {
  const { patience, sleep = waited } = deps;
  const whole = new AbortController();
  const timer = setTimeout(() => whole.abort(), patience.deadlineMs);
  try {
    for (let tries = 1; ; tries += 1) {
      const answer = await tried(target, message, deps, whole.signal);
      if (answer.kind === 'taken') return { kind: 'sent', tries };
      const { code, message: why } = answer;
      const failed: Delivery = { kind: 'failed', tries, code, message: why, ...hintOf(answer) };
      if (answer.kind === 'refused' || tries >= patience.tries || whole.signal.aborted) return failed;
      // Half of it by chance: many who failed together do not come back together.
      const pauseMs = FIRST_PAUSE_MS * 4 ** (tries - 1) * (0.5 + Math.random() / 2);
      const waitMs = Math.max(pauseMs, answer.afterMs ?? 0);
      if (waitMs >= patience.deadlineMs) return failed;
      await sleep(waitMs, whole.signal);
      if (whole.signal.aborted) return failed;
    }
  } finally {
    clearTimeout(timer);
  }
}

async function tried(
  target: OpenTarget,
  message: Message,
  { http, environment, now, patience }: DeliveryDeps,
  whole: AbortSignal,
): Promise<Answer> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), patience.tryMs);
  const signal = AbortSignal.any([whole, late.signal]);
  try {
    return await Promise.race([target.send(message, { http, environment, now, signal }), overAt(signal, target)]);
  } catch {
    // What an error says may hold the address; what it is, is for whoever looks into the plugin.
    return { kind: 'refused', code: 'NOTIFY_FAILED', message: `${target.place} could not be told` };
  } finally {
    clearTimeout(timer);
  }
}

/** A plugin that does not listen to its signal holds nobody up. */
function overAt(signal: AbortSignal, { place }: OpenTarget): Promise<Answer> {
  const answer: Answer = { kind: 'later', code: 'NOTIFY_UNREACHABLE', message: `${place} did not answer in time` };
  return new Promise((resolve) => {
    const over = () => resolve(answer);
    if (signal.aborted) over();
    else signal.addEventListener('abort', over, { once: true });
  });
}

function hintOf(answer: Answer): { readonly hint?: string } {
  return answer.kind === 'refused' && answer.hint !== undefined ? { hint: answer.hint } : {};
}

async function waited(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}
