import { setTimeout as sleep } from 'node:timers/promises';
import { object } from '#base/engine/answers.ts';
import { startContainer } from '#base/engine/control.ts';
import type { EngineControl } from '#base/engine/engine.ts';
import { HoldfastError, type Problem, problemOf } from '#core/errors.ts';
import { isObject, type JsonObject } from '#core/oci/json.ts';
import type { Probe } from '#volume/drill/choose-probe.ts';
import { compareValues, type Movement } from '#volume/drill/compare.ts';
import { runScript } from '#volume/drill/run-probe.ts';

/** A container that is tried, and what it is to say. */
export interface Trial {
  readonly engine: EngineControl;
  readonly name: string;
  /** Body of its creation. */
  readonly body: JsonObject;
  readonly probe?: Probe;
  readonly hasHealthCheck: boolean;
  /** What the probe said before the snapshot. */
  readonly value?: string;
  readonly movement: Movement;
  /** How long it may take until it answers. */
  readonly waitMs: number;
  readonly signal: AbortSignal;
}

/** How it came out. Reasons have no value of a database in them. */
export interface Tried {
  readonly outcome: 'passed' | 'failed' | 'unproven';
  readonly reasons: readonly Problem[];
  readonly readyMs?: number;
  /** What the probe said. */
  readonly answer?: string;
}

const ASK_LIMIT_MS = 30_000;
const AGAIN_MS = 500;
/** What an operator's command asks may answer before all is there: a value that differs is asked for again this long. */
const SETTLE_MS = 10_000;

/**
 * Starts a container and asks it. Whatever it does is a result.
 * @throws `DRILL_NOT_STARTED` when the engine does not make the container, `ENGINE_*`
 */
export async function tryContainer(trial: Trial): Promise<Tried> {
  const { engine, name, body, signal } = trial;
  const made = await engine.post(`/containers/create?name=${name}`, { body });
  if (made.status >= 300) throw notStarted(name, made.body.toString('utf8').slice(0, 300));
  const begun = performance.now();
  const started = await startContainer(engine, name);
  // An image whose program is not there, say: that is its own failure.
  if (started.kind === 'refused') return failed('DRILL_NOT_STARTED', `It cannot be started: ${started.said}`);
  const deadline = begun + trial.waitMs;
  const ready = await untilReady(trial, deadline);
  if (ready !== undefined) return failed(ready.code, ready.message, ready.hint);
  const readyMs = Math.round(performance.now() - begun);
  if (trial.probe === undefined) return { outcome: 'passed', reasons: [], readyMs };
  signal.throwIfAborted();
  return { ...(await compared(trial, trial.probe, deadline)), readyMs };
}

/** Undefined when it answers; else why not. */
async function untilReady(trial: Trial, deadline: number): Promise<Problem | undefined> {
  const { engine, name, probe, hasHealthCheck, signal } = trial;
  let last: Problem | undefined;
  for (;;) {
    signal.throwIfAborted();
    const state = await stateOf(engine, name);
    if (state.ended !== undefined) {
      return { code: 'DRILL_ENDED', message: `It ended by itself with ${state.ended}, before it answered` };
    }
    if (probe?.kind === 'service') last = await asked(trial, probe.service.ready, deadline);
    else if (probe?.kind === 'label') last = await asked(trial, probe.command, deadline);
    else if (hasHealthCheck) {
      if (state.health === 'unhealthy') return { code: 'DRILL_UNHEALTHY', message: 'Its health check fails' };
      last =
        state.health === 'healthy' ? undefined : { code: 'DRILL_UNHEALTHY', message: 'Its health check did not pass' };
    }
    if (last === undefined) return undefined;
    if (performance.now() > deadline) {
      return { ...last, message: `It did not answer within ${Math.round(trial.waitMs / 1000)} s: ${last.message}` };
    }
    await sleep(AGAIN_MS, undefined, { signal });
  }
}

async function compared(trial: Trial, probe: Probe, deadline: number): Promise<Tried> {
  const script = probe.kind === 'label' ? probe.command : probe.service.value;
  const settled = probe.kind === 'label' ? Math.min(performance.now() + SETTLE_MS, deadline) : 0;
  for (;;) {
    const answer = await runScript(targetOf(trial), script, ASK_LIMIT_MS).catch((error: unknown) => problemOf(error));
    const tried = typeof answer === 'string' ? judged(trial, answer) : failed(answer.code, answer.message, answer.hint);
    if (tried.outcome !== 'failed' || performance.now() > settled) return tried;
    await sleep(AGAIN_MS, undefined, { signal: trial.signal });
  }
}

function judged({ value, movement }: Trial, answer: string): Tried {
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
      return { ...failed('DRILL_VALUE_DIFFERS', `What it holds: ${result.why}`), answer };
  }
}

async function asked(trial: Trial, script: string, deadline: number): Promise<Problem | undefined> {
  const limitMs = Math.min(ASK_LIMIT_MS, Math.max(1_000, deadline - performance.now()));
  try {
    await runScript(targetOf(trial), script, limitMs);
    return undefined;
  } catch (error) {
    trial.signal.throwIfAborted();
    if (error instanceof HoldfastError) return problemOf(error);
    throw error;
  }
}

function targetOf({ engine, name, probe, signal }: Trial) {
  const user = probe?.kind === 'label' && probe.user !== undefined ? { user: probe.user } : {};
  return { engine, container: name, signal, ...user };
}

async function stateOf(engine: EngineControl, name: string): Promise<{ ended?: string; health?: unknown }> {
  const path = `/containers/${name}/json`;
  const body = await engine.read(path);
  if (body === undefined) return { ended: 'its removal by others' };
  const { State: state } = object(body, path);
  if (!isObject(state)) return {};
  const health = isObject(state['Health']) ? state['Health']['Status'] : undefined;
  if (state['Running'] === true) return { health };
  return { ended: state['OOMKilled'] === true ? 'no memory left' : `exit code ${String(state['ExitCode'])}` };
}

function failed(code: string, message: string, hint?: string): Tried {
  return { outcome: 'failed', reasons: [{ code, message, ...(hint === undefined ? {} : { hint }) }] };
}

function notStarted(name: string, said: string): HoldfastError {
  return new HoldfastError('DRILL_NOT_STARTED', `The engine does not make the container ${name}: ${said}`);
}
