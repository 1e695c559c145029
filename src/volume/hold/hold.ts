import { randomBytes } from 'node:crypto';
import { uptime } from 'node:os';
import type { ContainerRun } from '#base/engine/control.ts';
import type { Problem } from '#core/errors.ts';
import { type Ending, settled, unlessEnded, watchForEnd } from '#volume/hold/ending.ts';
import type { Deadline, HoldIntent } from '#volume/hold/hold-record.ts';
import type { HoldDeps, HoldFacts, HoldOptions, HoldOutcome } from '#volume/hold/hold-types.ts';
import type { OpenHold } from '#volume/hold/journal.ts';
import { letGo } from '#volume/hold/let-go.ts';
import { type Progress, startProgress } from '#volume/hold/progress.ts';
import { takeAll } from '#volume/hold/take.ts';
import { compareStates, inspectTargets, refusalsOf, type Targets } from '#volume/hold/targets.ts';
import { enterJournal, type Wish } from '#volume/hold/turn.ts';

const CAP_MS = 10_000;
const WAIT_MS = 60_000;
/** From the entry in the journal to the first order, a watchdog has to be started. */
const BEGIN_LIMIT_MS = 60_000;
/** After the cap, this process has that long to release by itself. */
const GRACE_MS = 5_000;
/** Work that was told to end is waited for that long, after everything has been released. */
const END_LIMIT_MS = 15_000;

/**
 * Holds containers in the order given while `work` runs, and releases them in reverse: when it is done, when it fails,
 * when the cap is exceeded, on a signal, and, by a watchdog or the next run, when this process dies. What does not run, or
 * is paused by others, is left as it is. Other writers, such as processes of the host and of other machines, go on: the
 * caller says so. `work` has to end soon when its signal is aborted.
 * @param targets ids or names
 * @throws `HOLD_BUSY`, `HOLD_WATCHDOG_FAILED`, `FILE_NOT_WRITTEN`, what the engine throws, what `work` throws (all after
 * the release), and `HOLD_NOT_RELEASED`: the journal keeps it, and the watchdog goes on trying
 */
export async function holdContainers<T>(
  deps: HoldDeps,
  targets: readonly string[],
  options: HoldOptions,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<HoldOutcome<T>> {
  await deps.phase?.('before-journal');
  let seen: Targets = { running: [], left: [], disturbances: [] };
  let problems: readonly Problem[] = [];
  const wish = async (): Promise<Wish> => {
    seen = await inspectTargets(deps.engine, targets);
    problems = refusalsOf(options.method, seen);
    const concerned = [...seen.running, ...seen.left].map(({ id }) => id);
    return { intent: intentOf(deps, options, problems.length > 0 ? [] : seen.running), concerned };
  };
  const entered = await enterJournal(deps, wish, options.waitMs ?? WAIT_MS);
  const nothing: HoldFacts = { heldMs: 0, held: [], left: seen.left, disturbances: seen.disturbances };
  if (problems.length > 0) return { ...nothing, kind: 'refused', problems };
  if (entered !== undefined) return holdEntered(deps, options, entered, seen, work);
  const value = await work(new AbortController().signal);
  const disturbances = await compareStates(deps.engine, options.method, [], seen.left);
  return { ...nothing, disturbances: [...seen.disturbances, ...disturbances], kind: 'done', value };
}

async function holdEntered<T>(
  deps: HoldDeps,
  { method, capMs = CAP_MS }: HoldOptions,
  { intent, open }: { readonly intent: HoldIntent; readonly open: OpenHold },
  seen: Targets,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<HoldOutcome<T>> {
  await deps.phase?.('journalled');
  const watchdog = await deps.watch(intent.id).catch((error: unknown) => {
    open.clear();
    throw error;
  });
  const progress = startProgress(intent, open);
  const ending = watchForEnd(deps, capMs);
  const begun = performance.now();
  let working: Promise<T> | undefined;
  const begin = () => {
    working = work(ending.signal);
    return working;
  };
  try {
    const attempt = await tryWork(deps, { method, capMs, open, seen, progress, ending }, begin).then(
      (value) => ({ ok: true as const, value }),
      (error: unknown) => ({ ok: false as const, error }),
    );
    ending.uncap();
    await deps.phase?.('before-release');
    const late = await letGo(deps, intent, open, progress);
    const heldMs = Math.round(performance.now() - begun);
    await settled(working, END_LIMIT_MS);
    if (!attempt.ok) throw attempt.error;
    const { facts, problems, result } = attempt.value;
    const common: HoldFacts = { ...facts, heldMs, disturbances: [...facts.disturbances, ...late] };
    const why = ending.why();
    if (problems.length > 0) return { ...common, kind: 'refused', problems };
    if (why?.kind === 'interrupted' || result === undefined) return { ...common, ...(why ?? { kind: 'cap-exceeded' }) };
    return { ...common, kind: 'done', value: result.value };
  } finally {
    ending.close();
    watchdog.release();
  }
}

interface Attempt {
  readonly method: HoldOptions['method'];
  readonly capMs: number;
  readonly open: OpenHold;
  readonly seen: Targets;
  readonly progress: Progress;
  readonly ending: Ending;
}

/** Holds all, works, and looks whether all stood still. */
async function tryWork<T>(
  deps: HoldDeps,
  { method, capMs, open, seen, progress, ending }: Attempt,
  begin: () => Promise<T>,
): Promise<{
  readonly facts: Omit<HoldFacts, 'heldMs'>;
  readonly problems: readonly Problem[];
  readonly result?: { readonly value: T };
}> {
  open.deadline(deadlineIn(deps, capMs + GRACE_MS + (method === 'stop' ? longestStopMs(seen.running) : 0)));
  const taken = await takeAll(deps, method, seen.running, progress, ending.signal);
  const facts = {
    held: taken.held.map(({ id }) => id),
    left: [...seen.left, ...taken.left],
    disturbances: [...seen.disturbances, ...taken.disturbances],
  };
  const { problems } = taken;
  if (problems.length > 0 || ending.signal.aborted) return { facts, problems };
  const result = await unlessEnded(begin(), ending.signal);
  if (result === undefined) return { facts, problems };
  const broken = await compareStates(deps.engine, method, taken.held, facts.left);
  return { facts: { ...facts, disturbances: [...facts.disturbances, ...broken] }, problems, result };
}

function intentOf(deps: HoldDeps, { method }: HoldOptions, running: readonly ContainerRun[]): HoldIntent {
  return {
    id: randomBytes(8).toString('hex'),
    engine: deps.engine.address,
    method,
    holder: deps.self,
    at: deps.now().toISOString(),
    deadline: deadlineIn(deps, BEGIN_LIMIT_MS),
    containers: running.map(({ id, name, startedAt }) => ({ id, name, startedAt })),
  };
}

function deadlineIn({ now }: HoldDeps, ms: number): Deadline {
  return { at: new Date(now().getTime() + ms).toISOString(), uptimeMs: Math.round(uptime() * 1000 + ms) };
}

/** An order to stop cannot be taken back: it is waited for before anything is released. */
function longestStopMs(runs: readonly ContainerRun[]): number {
  return Math.max(0, ...runs.map(({ stopTimeoutMs }) => stopTimeoutMs));
}
