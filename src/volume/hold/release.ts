import { setTimeout as sleep } from 'node:timers/promises';
import { rememberedEvents } from '#base/engine/container-events.ts';
import {
  type ContainerRun,
  containerRun,
  type Ordered,
  startContainer,
  stopContainer,
  unpauseContainer,
} from '#base/engine/control.ts';
import type { EngineControl } from '#base/engine/engine.ts';
import { HoldfastError } from '#core/errors.ts';
import { decideRelease, type Memory, type Why } from '#volume/hold/decide.ts';
import type { HeldContainer, HoldIntent, HoldStep } from '#volume/hold/hold-record.ts';

/** What was done with a container. */
export type Released =
  | { readonly kind: 'unpaused' | 'started' }
  | { readonly kind: 'nothing'; readonly why: Why }
  | { readonly kind: 'failed'; readonly said: string };

/** An order without an answer is carried out by then, or never: freezing takes milliseconds. */
const SETTLE_MS = 2_000;
const LOOK_MS = 100;
/** A refusal means that something changed meanwhile: it is looked at again that often. */
const TRIES = 5;

/**
 * Lets a container run again if the hold is why it does not. Doing it twice, or by two at once, does no harm.
 * @throws `ENGINE_UNREACHABLE`, `ENGINE_DENIED`, `ENGINE_FAILED` when the engine cannot be asked
 */
export async function releaseContainer(
  engine: EngineControl,
  intent: Pick<HoldIntent, 'method' | 'at'>,
  held: HeldContainer,
  step: HoldStep | undefined,
): Promise<Released> {
  const begun = performance.now();
  let said = '';
  for (let tried = 0; tried < TRIES; ) {
    const now = await containerRun(engine, held.id);
    const decision = decideRelease(intent.method, held, step, now, await memoryOf(engine, intent, step, now));
    let answer: Ordered = { kind: 'done' };
    switch (decision.kind) {
      case 'nothing':
        return decision;
      case 'look-again':
        if (performance.now() - begun > SETTLE_MS) return { kind: 'nothing', why: 'runs' };
        await sleep(LOOK_MS);
        continue;
      case 'await-stop':
        if (now !== undefined) answer = await stopContainer(engine, now);
        break;
      case 'unpause':
        answer = await unpauseContainer(engine, held.id);
        if (answer.kind === 'done') return { kind: 'unpaused' };
        break;
      case 'start':
        answer = await startContainer(engine, held.id);
        if (answer.kind === 'done' || answer.kind === 'already') return { kind: 'started' };
        break;
    }
    if (decision.kind !== 'await-stop') {
      tried += 1;
      await sleep(LOOK_MS);
    } else if (answer.kind === 'refused') tried += 1;
    if (answer.kind === 'refused') said = answer.said;
  }
  return { kind: 'failed', said };
}

/** Asked only where it matters. An engine that does not tell knows of nothing. */
async function memoryOf(
  engine: EngineControl,
  { method, at }: Pick<HoldIntent, 'method' | 'at'>,
  step: HoldStep | undefined,
  now: ContainerRun | undefined,
): Promise<Memory> {
  const matters = method === 'pause' ? now?.state === 'exited' : now?.state === 'running' && step === 'asking';
  if (now === undefined || !matters) return { killed: false };
  try {
    const events = await rememberedEvents(engine, [now.id], new Date(at), new Date());
    // A restarted engine kills what it finds, and tells it like anybody's order: it has no memory of the pause before.
    const first = method === 'pause' ? events.findIndex(({ action }) => action === 'pause') : 0;
    const since = first < 0 ? [] : events.slice(first);
    return { killed: since.some(({ action }) => action === 'kill' || action === 'stop') };
  } catch (error) {
    if (error instanceof HoldfastError && error.code === 'ENGINE_FAILED') return { killed: false };
    throw error;
  }
}
