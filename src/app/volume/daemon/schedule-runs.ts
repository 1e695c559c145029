import { type JobEnd, saidOfEnd } from '#app/volume/daemon/do-job.ts';
import type { Job } from '#app/volume/daemon/due-jobs.ts';
import type { NotificationInput } from '#notify/notification.ts';

/** The runs of schedules as wholes, for dead man's switches: one of several targets that went well is no good run. */
export interface ScheduleRuns {
  began(job: Job): void;
  ended(job: Job, end: JobEnd): void;
  /** What is to come, after each end and at the latest half a minute later. */
  planned(jobs: readonly Job[], running: Iterable<Job>, now: Date): void;
}

/**
 * Tells when a run of a schedule begins, when something of it failed, and when all that was due is done. A run in which
 * something failed is good again only after that has been made up.
 */
export function scheduleRuns(tell: (input: NotificationInput) => void): ScheduleRuns {
  /** Whether something has failed. */
  const open = new Map<string, boolean>();
  return {
    began: (job) => {
      if (job.kind === 'check' || open.has(job.schedule)) return;
      open.set(job.schedule, false);
      tell({ ...about(job.schedule), kind: 'started', sentence: `The schedule ${job.schedule} begins` });
    },
    ended: (job, end) => {
      if (job.kind === 'check' || end.kind === 'done') return;
      open.set(job.schedule, true);
      const { message: sentence, code } = saidOfEnd(job, end);
      tell({ ...about(job.schedule), kind: 'failed', sentence, ...(code === undefined ? {} : { code }) });
    },
    planned: (jobs, running, now) => {
      const busy = new Set([...running].flatMap((job) => (job.kind === 'check' ? [] : [job.schedule])));
      for (const [schedule, failed] of open) {
        const own = jobs.filter((job) => job.kind === 'snapshot' && job.schedule === schedule);
        if (busy.has(schedule) || own.some(({ at }) => at <= now)) continue;
        open.delete(schedule);
        if (failed || own.some((job) => job.kind === 'snapshot' && job.failures > 0)) continue;
        tell({
          ...about(schedule),
          kind: 'succeeded',
          sentence: `All that was due of the schedule ${schedule} is done`,
        });
      }
    },
  };
}

function about(schedule: string) {
  return { subject: `schedule:${schedule}` };
}
