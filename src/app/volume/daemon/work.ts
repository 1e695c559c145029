import { type DaemonDeps, saidOf } from '#app/volume/daemon/daemon-deps.ts';
import { doJob, nameOf, saidOfEnd, saidOfRetention } from '#app/volume/daemon/do-job.ts';
import { type Job, plannedJobs, unitKey } from '#app/volume/daemon/due-jobs.ts';
import { everythingOf } from '#app/volume/daemon/everything.ts';
import { type ScheduleRuns, scheduleRuns } from '#app/volume/daemon/schedule-runs.ts';
import type { Teller } from '#app/volume/daemon/tell-people.ts';
import { reconcileVolumes } from '#app/volume/hold/reconcile-volumes.ts';
import { type Problem, problemOf } from '#core/errors.ts';
import { retryAfterMs } from '#volume/schedule/due.ts';

/** Schedules that are set while it runs are seen within this time. */
const LONGEST_WAIT_MS = 30_000;

export interface Worked {
  /** Jobs that did not come to a good end. */
  readonly failed: number;
  /** Those that were at work when the daemon was told to end, and failed. */
  readonly interrupted: readonly string[];
}

/** What a busy daemon has in mind. */
interface Mind {
  /** By repository: one at a time, so that none waits for a lock. */
  readonly running: Map<string, Job>;
  /** What failed is left alone for a while, also where that could not be written down. */
  readonly resting: Map<string, { readonly failures: number; readonly until: Date }>;
  readonly interrupted: string[];
  failed: number;
  /** How many jobs have ended. */
  ended: number;
  /** Ends the wait for what comes next. */
  wake: () => void;
  /** What was said of trouble with schedules: it is said once. */
  told: string;
}

/** What work is done with, beside what it needs. */
export interface WorkListeners extends Pick<Teller, 'ended' | 'looked' | 'ofRun'> {
  /** Asked before each look at what is due. What it throws ends the work. */
  readonly mayGoOn: () => void;
}

/**
 * Does what is due, the longest overdue first: one job at a time for each repository, and no volume in two at once. Ends
 * when it is told to, and, asked to do so, when nothing is due any more. @throws what `mayGoOn` throws
 */
export async function work(deps: DaemonDeps, listeners: WorkListeners): Promise<Worked> {
  const { signal, once, say } = deps;
  const nothing = { running: new Map(), resting: new Map(), interrupted: [], failed: 0, ended: 0, told: '' };
  const mind: Mind = { ...nothing, wake: () => undefined };
  const jobs = new Set<Promise<void>>();
  const runs = scheduleRuns(listeners.ofRun);
  const stop = () => mind.wake();
  signal.addEventListener('abort', stop);
  try {
    while (!signal.aborted) {
      listeners.mayGoOn();
      const { ended } = mind;
      const planned = await plan(deps, mind, listeners);
      // What ended meanwhile would be thought to be due still.
      if (ended !== mind.ended) continue;
      const now = deps.now();
      const due = planned.jobs.filter(({ at }) => at <= now);
      if (planned.isKnown) runs.planned(planned.jobs, mind.running.values(), now);
      for (const job of due) {
        if (signal.aborted || isTaken(mind, job)) continue;
        mind.running.set(job.repository, job);
        say({ kind: 'info', message: `${nameOf(job)} begins` });
        runs.began(job);
        const done = one(deps, mind, job, { ...listeners, runs }).finally(() => {
          jobs.delete(done);
          mind.running.delete(job.repository);
          mind.ended += 1;
          mind.wake();
        });
        jobs.add(done);
      }
      if (once && jobs.size === 0) break;
      const next = planned.jobs.find(({ at }) => at > now)?.at.getTime() ?? Number.POSITIVE_INFINITY;
      await wait(mind, signal, Math.min(LONGEST_WAIT_MS, Math.max(50, next - now.getTime())));
    }
  } finally {
    await Promise.all(jobs);
    signal.removeEventListener('abort', stop);
  }
  return { failed: mind.failed, interrupted: mind.interrupted };
}

interface Plan {
  readonly jobs: readonly Job[];
  /** False: what is due could not be said. */
  readonly isKnown: boolean;
}

/** What is to come, in its order. Trouble is said, and thought of as nothing to do. */
async function plan(deps: DaemonDeps, mind: Mind, { looked }: WorkListeners): Promise<Plan> {
  const { environment, checkEveryHours } = deps;
  try {
    // Its own holds end with it; those of other runs that died do not.
    const { problems: held } = await reconcileVolumes(environment);
    const everything = () => everythingOf(deps);
    const planned = await deps.onRecord((record) =>
      plannedJobs({ record, now: deps.now(), everything, checkEveryHours }),
    );
    const problems = [...planned.problems, ...held.map(({ code, message }) => ({ code, message }))];
    sayOnce(deps, mind, problems);
    looked(planned.progress, problems);
    const rested = planned.jobs.map((job) => {
      const until = mind.resting.get(keyOf(job))?.until;
      return until !== undefined && until > job.at ? { ...job, at: until } : job;
    });
    return { jobs: rested.sort((a, b) => a.at.getTime() - b.at.getTime()), isKnown: planned.problems.length === 0 };
  } catch (error) {
    const problem = problemOf(error);
    sayOnce(deps, mind, [problem]);
    looked([], [problem]);
    return { jobs: [], isKnown: false };
  }
}

function sayOnce(deps: DaemonDeps, mind: Mind, problems: readonly Problem[]): void {
  const told = problems.map(({ code, path }) => `${code} ${path ?? ''}`).join('\n');
  if (told === mind.told) return;
  mind.told = told;
  mind.failed += problems.length;
  for (const problem of problems) deps.say(saidOf(problem));
}

function keyOf(job: Job): string {
  return job.kind === 'check' ? `check ${job.repository}` : `${job.schedule} ${unitKey(job.unit)}`;
}

function isTaken({ running }: Mind, job: Job): boolean {
  if (running.has(job.repository)) return true;
  if (job.kind === 'check') return false;
  // A stack may hold the volume: its snapshot and one of a volume take turns.
  return [...running.values()].some(
    (other) =>
      other.kind === 'snapshot' &&
      (other.unit.kind === 'stack' || job.unit.kind === 'stack' || unitKey(other.unit) === unitKey(job.unit)),
  );
}

async function one(
  deps: DaemonDeps,
  mind: Mind,
  job: Job,
  { ended, runs }: Pick<WorkListeners, 'ended'> & { readonly runs: ScheduleRuns },
): Promise<void> {
  const end = await doJob(deps, job);
  deps.say(saidOfEnd(job, end));
  const retention = end.kind === 'done' ? saidOfRetention(end.retained) : undefined;
  if (retention !== undefined) deps.say(retention);
  if (end.kind !== 'done' || retention?.kind === 'failed') mind.failed += 1;
  if (end.kind === 'failed') {
    const failures = (mind.resting.get(keyOf(job))?.failures ?? 0) + 1;
    mind.resting.set(keyOf(job), { failures, until: new Date(deps.now().getTime() + retryAfterMs(failures)) });
  } else mind.resting.delete(keyOf(job));
  if (end.kind === 'failed' && deps.signal.aborted) {
    mind.interrupted.push(nameOf(job));
    return;
  }
  runs.ended(job, end);
  await ended(job, end);
}

function wait(mind: Mind, signal: AbortSignal, ms: number): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    mind.wake = () => {
      clearTimeout(timer);
      resolve();
    };
  });
}
