import { setTimeout as sleep } from 'node:timers/promises';
import { object } from '#base/engine/answers.ts';
import { startContainer } from '#base/engine/control.ts';
import type { EngineControl } from '#base/engine/engine.ts';
import { HoldfastError, type Problem, problemOf } from '#core/errors.ts';
import { isObject, type JsonObject } from '#core/oci/json.ts';
import type { Probe } from '#volume/drill/choose-probe.ts';
import { compareValues, type Movement } from '#volume/drill/compare.ts';
import type { DrillOutcome } from '#volume/drill/outcome.ts';
import { runProbe } from '#volume/drill/run-probe.ts';

/** A container of a drill. */
export interface AskedContainer {
  readonly engine: EngineControl;
  readonly name: string;
  readonly signal: AbortSignal;
}

/** What a container is asked, and what it is to say. */
export interface Question {
  readonly probe: Probe;
  /** What it said before the snapshot. */
  readonly value?: string;
  readonly movement: Movement;
}

/** How it came out. Reasons have no value of a database in them. */
export interface Tried {
  readonly outcome: DrillOutcome;
  readonly reasons: readonly Problem[];
  readonly readyMs?: number;
  /** What the probe said. */
  readonly answer?: string;
}

/** What shows that a container is ready: a script that ends with 0, its health check, or, with neither, that it runs. */
export interface Readiness {
  readonly script?: string;
  readonly user?: string;
  readonly health: boolean;
  /** How long it may take. */
  readonly waitMs: number;
}

const ASK_LIMIT_MS = 30_000;
const AGAIN_MS = 500;
/** What an operator's command asks may answer before all is there: a value that differs is asked for again this long. */
const SETTLE_MS = 10_000;

/**
 * Makes a container and starts it. Undefined when it runs; else why it cannot.
 * @throws `DRILL_NOT_STARTED` when the engine does not make the container, `ENGINE_*`
 */
export async function makeContainer(
  { engine, name }: Pick<AskedContainer, 'engine' | 'name'>,
  body: JsonObject,
): Promise<Problem | undefined> {
  const made = await engine.post(`/containers/create?name=${name}`, { body });
  if (made.status >= 300) {
    const said = made.body.toString('utf8').slice(0, 300);
    throw new HoldfastError('DRILL_NOT_STARTED', `The engine does not make the container ${name}: ${said}`);
  }
  const started = await startContainer(engine, name);
  // An image whose program is not there, say: that is its own failure.
  if (started.kind !== 'refused') return undefined;
  return { code: 'DRILL_NOT_STARTED', message: `It cannot be started: ${started.said}` };
}

/** Waits until a container is ready, counted from now. Undefined when it is; else why not. @throws `ENGINE_*` */
export async function untilReady(asked: AskedContainer, readiness: Readiness): Promise<Problem | undefined> {
  const { engine, name, signal } = asked;
  const { script, user, health, waitMs } = readiness;
  const deadline = performance.now() + waitMs;
  let last: Problem | undefined;
  for (;;) {
    signal.throwIfAborted();
    const state = await stateOf(engine, name);
    if (state.ended !== undefined) {
      return { code: 'DRILL_ENDED', message: `It ended by itself with ${state.ended}, before it answered` };
    }
    if (script !== undefined) last = await complaintOf(asked, script, user, deadline);
    else if (health) {
      if (state.health === 'unhealthy') return { code: 'DRILL_UNHEALTHY', message: 'Its health check fails' };
      last =
        state.health === 'healthy' ? undefined : { code: 'DRILL_UNHEALTHY', message: 'Its health check did not pass' };
    }
    if (last === undefined) return undefined;
    if (performance.now() > deadline) {
      return { ...last, message: `It did not answer within ${Math.round(waitMs / 1000)} s: ${last.message}` };
    }
    await sleep(AGAIN_MS, undefined, { signal });
  }
}

/** Asks a container that is ready, and compares what it says. @throws `ENGINE_*` */
export async function askContainer(asked: AskedContainer, question: Question, deadline: number): Promise<Tried> {
  const { probe } = question;
  const script = probe.kind === 'label' ? probe.command : probe.service.value;
  const target = { ...asked, container: asked.name, ...userOf(probe) };
  const settled = probe.kind === 'label' ? Math.min(performance.now() + SETTLE_MS, deadline) : 0;
  for (;;) {
    const answer = await runProbe(target, script, ASK_LIMIT_MS).catch((error: unknown) => problemOf(error));
    asked.signal.throwIfAborted();
    const tried = typeof answer === 'string' ? judged(question, answer) : failed(answer);
    if (tried.outcome !== 'failed' || performance.now() > settled) return tried;
    await sleep(AGAIN_MS, undefined, { signal: asked.signal });
  }
}

/** Who runs a probe. */
export function userOf(probe: Probe | undefined): { readonly user?: string } {
  return probe?.kind === 'label' && probe.user !== undefined ? { user: probe.user } : {};
}

/** The result of what failed. */
export function failed({ code, message, hint }: Problem): Tried {
  return { outcome: 'failed', reasons: [{ code, message, ...(hint === undefined ? {} : { hint }) }] };
}

function judged({ value, movement }: Question, answer: string): Tried {
  if (value === undefined) {
    const message = 'It answers, but there is no value from before the snapshot to compare with';
    return { outcome: 'unproven', reasons: [{ code: 'DRILL_NO_VALUE', message }], answer };
  }
  const result = compareValues(value, movement, answer);
  switch (result.kind) {
    case 'same':
      return { outcome: 'passed', reasons: [], answer };
    case 'near': {
      const message = 'Its numbers moved while the snapshot was taken; they came back within that';
      return { outcome: 'passed', reasons: [{ code: 'DRILL_VALUE_MOVED', message }], answer };
    }
    case 'unsure':
      return {
        outcome: 'unproven',
        reasons: [{ code: 'DRILL_VALUE_UNSURE', message: `What it holds: ${result.why}` }],
        answer,
      };
    case 'differs':
      return { ...failed({ code: 'DRILL_VALUE_DIFFERS', message: `What it holds: ${result.why}` }), answer };
  }
}

async function complaintOf(
  { engine, name, signal }: AskedContainer,
  script: string,
  user: string | undefined,
  deadline: number,
): Promise<Problem | undefined> {
  const limitMs = Math.min(ASK_LIMIT_MS, Math.max(1_000, deadline - performance.now()));
  try {
    await runProbe({ engine, container: name, signal, ...(user === undefined ? {} : { user }) }, script, limitMs);
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof HoldfastError) return problemOf(error);
    throw error;
  }
}

/** What a container does. `ended`: why it does not run, with which `code`; `memory`: it had none left. @throws `ENGINE_*` */
export async function stateOf(
  engine: EngineControl,
  name: string,
): Promise<{
  readonly ended?: string;
  readonly code?: number;
  readonly memory?: true;
  readonly health?: unknown;
}> {
  const path = `/containers/${name}/json`;
  const body = await engine.read(path);
  if (body === undefined) return { ended: 'its removal by others' };
  const { State: state } = object(body, path);
  if (!isObject(state)) return {};
  const health = isObject(state['Health']) ? state['Health']['Status'] : undefined;
  if (state['Running'] === true) return { health };
  if (state['OOMKilled'] === true) return { ended: 'no memory left', memory: true };
  const code = state['ExitCode'];
  return { ended: `exit code ${String(code)}`, ...(typeof code === 'number' ? { code } : {}) };
}
