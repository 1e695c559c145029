import { notify, notifyOfRun, retryNotifications } from '#app/notify/notify.ts';
import type { NotifyDeps, NotifyReport } from '#app/notify/tell.ts';
import { type DaemonDeps, saidOf } from '#app/volume/daemon/daemon-deps.ts';
import { type JobEnd, saidOfRetention, toldOfEnd } from '#app/volume/daemon/do-job.ts';
import { type Job, subjectOf } from '#app/volume/daemon/due-jobs.ts';
import { type Problem, problemOf } from '#core/errors.ts';
import type { NotificationInput } from '#notify/notification.ts';
import { type ScheduleProgress, silenceNotification, silentSchedules } from '#notify/silence.ts';

/** What is waiting to be told, and who is silent, is looked at so often. */
const LOOK_MS = 5 * 60_000;

/** Tells the targets of a home's notifications. None of it throws. */
export interface Teller {
  /** How a job ended, whatever it was: a success ends the silence. */
  ended(job: Job, end: JobEnd): Promise<void>;
  /**
   * Which schedules have no snapshot as young as they promise, and what has kept jobs from being planned for minutes; tries
   * again, too, what did not arrive. Does not wait.
   */
  looked(progress: readonly ScheduleProgress[], problems: readonly Problem[]): void;
  /** How a whole run of a schedule goes, for those who live on every run. Does not wait. */
  ofRun(input: NotificationInput): void;
  /** Resolves when nothing is being told. */
  idle(): Promise<void>;
}

export function tellerOf(deps: DaemonDeps): Teller {
  const { once, now } = deps;
  // What is due when it begins is given the time to be done.
  let lookedAt = performance.now();
  let troubledAt: number | undefined;
  let told = false;
  let telling: Promise<void> = Promise.resolve();
  let last: readonly NotificationInput[] = [];
  const trouble = (problem: Problem | undefined): readonly NotificationInput[] => {
    const at = performance.now();
    troubledAt = problem === undefined ? undefined : (troubledAt ?? at);
    // An engine that is restarted is no trouble.
    const isTrouble = problem !== undefined && (once || at - (troubledAt ?? at) >= LOOK_MS);
    if (isTrouble === told || (problem !== undefined && !isTrouble)) return [];
    told = isTrouble;
    if (problem === undefined)
      return [{ kind: 'succeeded', subject: 'daemon', sentence: 'Schedules are followed again' }];
    return [{ kind: 'failed', subject: 'daemon', sentence: problem.message, code: problem.code }];
  };
  return {
    ended: (job, end) => tell(deps, [notificationOf(job, end), ...ofRetention(job, end)], false),
    looked: (progress, problems) => {
      const inputs = [...trouble(problems[0])];
      const silent = () => silentSchedules(progress, now()).map(silenceNotification);
      if (once) last = silent();
      const isTime = !once && performance.now() - lookedAt >= LOOK_MS;
      if (isTime) lookedAt = performance.now();
      if (isTime) inputs.push(...silent());
      if (isTime || inputs.length > 0) telling = telling.then(() => tell(deps, inputs, isTime));
    },
    ofRun: (input) => {
      telling = telling.then(() => tellOfRun(deps, input));
    },
    idle: async () => {
      await telling;
      if (once) await tell(deps, last, true);
    },
  };
}

function notificationOf(job: Job, end: JobEnd): NotificationInput {
  const { message: sentence, code } = toldOfEnd(job, end);
  const subject = job.kind === 'check' ? `repository:${job.repository}` : subjectOf(job.schedule, job.unit);
  const common = { subject, sentence, ...(code === undefined ? {} : { code }) };
  switch (end.kind) {
    case 'done':
      return { ...common, kind: 'succeeded' };
    case 'incomplete':
      return { ...common, kind: 'failed', severity: 'warning' };
    case 'damaged':
    case 'failed':
      return { ...common, kind: end.kind };
  }
}

/** Its own subject: a snapshot that is there does not end the trouble with others that should go. */
function ofRetention({ repository }: Job, end: JobEnd): readonly NotificationInput[] {
  const said = end.kind === 'done' ? saidOfRetention(end.retained) : undefined;
  if (end.kind !== 'done' || said === undefined) return [];
  const { kind } = end.retained;
  const common = { subject: `retention:${repository}`, sentence: said.message };
  if (kind === 'done') return [{ ...common, kind: 'succeeded' }];
  const code = said.code === undefined ? {} : { code: said.code };
  return [{ ...common, ...code, kind: kind === 'paused' ? 'suspicious' : 'failed' }];
}

function tell(deps: DaemonDeps, inputs: readonly NotificationInput[], again: boolean): Promise<void> {
  return telling(deps, async (notifyDeps) => {
    const reports = [];
    for (const input of inputs) reports.push(await notify(notifyDeps, input));
    if (again) reports.push(await retryNotifications(notifyDeps));
    return reports;
  });
}

function tellOfRun(deps: DaemonDeps, input: NotificationInput): Promise<void> {
  return telling(deps, async (notifyDeps) => [await notifyOfRun(notifyDeps, input)]);
}

/** Says what went wrong with it, and throws nothing. */
async function telling(
  { environment, actor, now, say, onRecord }: DaemonDeps,
  work: (deps: NotifyDeps) => Promise<readonly NotifyReport[]>,
): Promise<void> {
  try {
    await onRecord(async (record) => {
      const reports = await work({ record, environment, actor, now });
      for (const { problems } of reports) for (const problem of problems) say(saidOf(problem));
    });
  } catch (error) {
    say(saidOf(problemOf(error)));
  }
}
