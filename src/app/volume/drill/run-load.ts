import {
  type AskedContainer,
  makeContainer,
  type Readiness,
  stateOf,
  untilReady,
} from '#app/volume/drill/ask-container.ts';
import { type LoadFault, type Placing, placeDump } from '#app/volume/drill/place-dumps.ts';
import { restartContainer } from '#base/engine/control.ts';
import { HoldfastError, type Problem } from '#core/errors.ts';
import type { JsonObject } from '#core/oci/json.ts';
import type { LoadPlan } from '#volume/drill/load-plan.ts';
import { wordsOf } from '#volume/drill/run-probe.ts';
import { runScript, type ScriptEnd } from '#volume/drill/run-script.ts';
import { SETTLED, SETTLED_ANYWAY_MS } from '#volume/drill/settled.ts';
import { LOAD_UNFIT_CODE } from '#volume/dump/dump-hook.ts';

/** How long a server may take. */
export interface ServerDeps extends Omit<AskedContainer, 'name'> {
  /** Until it answers. */
  readonly waitMs: number;
  /** To load all that is loaded into it. */
  readonly limitMs: number;
}

/** A fresh server, and what is loaded into it. */
export interface ServerLoad {
  readonly name: string;
  /** Body of its creation. */
  readonly body: JsonObject;
  readonly ready: Pick<Readiness, 'script' | 'health'>;
  readonly plan: LoadPlan;
  /** Where a dump lies in it. */
  readonly fileOf: (name: string) => string;
  /** Where its data goes on a volume of its own; undefined where that is not known. */
  readonly directory: string | undefined;
  /** Who runs an operator's command. */
  readonly user?: string;
}

interface Took {
  /** How many dumps it took. */
  readonly loaded: number;
  readonly readyMs?: number;
  readonly loadMs?: number;
}

/** How it ended: `unfit`, there was no server that could take them. */
export type ServerEnd =
  | (Took & { readonly kind: 'loaded' })
  | (Took & { readonly kind: 'failed' | 'unfit'; readonly why: Problem });

/**
 * Starts a server, waits until it has set itself up, and loads dumps into it. That no server comes up is no word about the
 * dumps; that it does not take one, or does not come up with it, is.
 * @throws `DRILL_NOT_STARTED`, `ENGINE_*`, and what ends the signal
 */
export async function runLoad(
  { engine, signal, waitMs, limitMs }: ServerDeps,
  { name, body, ready, plan, fileOf, directory, user }: ServerLoad,
): Promise<ServerEnd> {
  const asked: AskedContainer = { engine, name, signal };
  const readiness = { ...ready, waitMs };
  const [first] = plan.steps;
  if (first?.places === true) {
    const args = directory === undefined ? undefined : ([fileOf(first.name), directory] as const);
    return await runOnPlaced(asked, body, readiness, { ...first, args, limitMs });
  }
  const begun = performance.now();
  const late = (await makeContainer(asked, body)) ?? (await untilReady(asked, readiness));
  if (late !== undefined) return { kind: 'unfit', loaded: 0, why: noServer(late) };
  if (ready.script !== undefined) {
    // Whether it is over or not: by then, what answers is taken for the server.
    await untilReady(asked, { script: SETTLED, health: false, waitMs: Math.min(SETTLED_ANYWAY_MS, waitMs) });
    const gone = await untilReady(asked, readiness);
    if (gone !== undefined) return { kind: 'unfit', loaded: 0, why: noServer(gone) };
  }
  const readyMs = Math.round(performance.now() - begun);
  const beganLoading = performance.now();
  const took = (loaded: number) => ({ loaded, readyMs, loadMs: Math.round(performance.now() - beganLoading) });
  const run = (text: string, args: readonly string[] = []) => {
    const target = { ...asked, container: name, ...(plan.load !== undefined || user === undefined ? {} : { user }) };
    const leftMs = Math.max(1_000, Math.round(beganLoading + limitMs - performance.now()));
    return faultOf(asked, () => runScript(target, `exec >/dev/null\n${text}`, leftMs, args));
  };
  const { before, after, restarts } = plan.load ?? {};
  const prepared = before === undefined ? undefined : await run(before);
  // A server that cannot be emptied has not seen the dumps.
  if (prepared !== undefined) {
    const message = `the fresh server could not be emptied: ${prepared.why.message}`;
    return { ...took(0), kind: 'unfit', why: { ...prepared.why, code: 'DRILL_LOAD_NO_SERVER', message } };
  }
  let loaded = 0;
  for (const step of plan.steps) {
    const fault = await run(step.script, [fileOf(step.name)]);
    if (fault !== undefined) return { ...took(loaded), ...named(fault, step.name) };
    loaded += 1;
  }
  const finished = after === undefined ? undefined : await run(after);
  if (finished !== undefined) return { ...took(loaded), ...finished };
  if (restarts === true) {
    await restartContainer(engine, name);
    const down = await untilReady(asked, readiness);
    if (down !== undefined) return { ...took(0), ...(await notUp(asked, down)) };
  }
  return { ...took(loaded), kind: 'loaded' };
}

/** Makes the data first, and then starts the server on it. */
async function runOnPlaced(
  asked: AskedContainer,
  body: JsonObject,
  readiness: Readiness,
  {
    name,
    script,
    args,
    limitMs,
  }: Pick<Placing, 'script' | 'limitMs'> &
    Pick<AskedContainer, 'name'> & { readonly args: Placing['args'] | undefined },
): Promise<ServerEnd> {
  if (args === undefined) {
    const why = { code: 'DRILL_LOAD_NO_SERVER', message: 'where a fresh server has its data on a volume is not known' };
    return { kind: 'unfit', loaded: 0, why };
  }
  const beganLoading = performance.now();
  const fault = await placeDump(asked, body, { script, args, limitMs });
  const begun = performance.now();
  const loadMs = Math.round(begun - beganLoading);
  if (fault !== undefined) return { loaded: 0, loadMs, ...named(fault, name) };
  const down = (await makeContainer(asked, body)) ?? (await untilReady(asked, readiness));
  if (down !== undefined) return { loaded: 0, loadMs, ...(await notUp(asked, down)) };
  return { kind: 'loaded', loaded: 1, loadMs, readyMs: Math.round(performance.now() - begun) };
}

async function notUp({ engine, name }: AskedContainer, down: Problem): Promise<LoadFault> {
  const why = {
    ...down,
    code: 'DRILL_DUMP_NOT_LOADED',
    message: `The server does not come up with them: ${down.message}`,
  };
  const { memory } = await stateOf(engine, name);
  return { kind: memory === true ? 'unfit' : 'failed', why };
}

/** Runs a script. Undefined when it went well. */
async function faultOf(
  { engine, name, signal }: AskedContainer,
  run: () => ReturnType<typeof runScript>,
): Promise<LoadFault | undefined> {
  const ended = await run().catch((error: unknown): ScriptEnd => {
    signal.throwIfAborted();
    // The server has ended meanwhile: the engine runs nothing in it any more.
    if (!(error instanceof HoldfastError) || !ENDED.includes(error.code)) throw error;
    return { kind: 'failed', why: error.message, said: '', late: false };
  });
  signal.throwIfAborted();
  if (ended.kind === 'done') return undefined;
  const { why, said, code, late } = ended;
  const state = await stateOf(engine, name);
  const told = (problem: string, message: string): Problem => ({ code: problem, message, hint: wordsOf(said) });
  if (state.memory === true)
    return { kind: 'unfit', why: told('DRILL_LOAD_NO_MEMORY', 'the server had no memory left') };
  if (late) {
    const hint = 'Allow more time with --load-limit SECONDS.';
    return { kind: 'unfit', why: { code: 'DRILL_LOAD_LATE', message: why, hint } };
  }
  if (code === LOAD_UNFIT_CODE)
    return { kind: 'unfit', why: told('DRILL_LOAD_UNFIT', 'a drill’s server cannot take it') };
  const died = state.ended === undefined ? '' : `; the server ended with ${state.ended}`;
  return { kind: 'failed', why: told('DRILL_DUMP_NOT_LOADED', `${why}${died}`) };
}

const ENDED: readonly string[] = ['ENGINE_CONTAINER_NOT_FOUND', 'ENGINE_EXEC_REFUSED', 'ENGINE_FAILED'];

function named({ kind, why }: LoadFault, name: string): LoadFault {
  return { kind, why: { ...why, message: `${name} was not loaded: ${why.message}` } };
}

function noServer(why: Problem): Problem {
  const message = `there is no fresh server to load them into: ${why.message}`;
  return { ...why, code: 'DRILL_LOAD_NO_SERVER', message };
}
