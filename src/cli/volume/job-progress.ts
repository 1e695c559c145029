import type { Progress } from '#cli/progress.ts';
import { count } from '#report/next-steps.ts';
import { shownBytes } from '#volume/doctor/where.ts';
import type { JobProgress } from '#volume/engines/engine.ts';

/** Shows how far a job is behind what is being done: bytes, files, and the time that is left. */
export function followJob(
  progress: Pick<Progress, 'detail'>,
  nowMs: () => number = () => performance.now(),
): (job: JobProgress) => void {
  let startedMs = nowMs();
  let before = 0;
  return (job) => {
    // Another pass begins with nothing.
    if ((job.bytesDone ?? 0) < before) startedMs = nowMs();
    before = job.bytesDone ?? 0;
    progress.detail(inWords(job, (nowMs() - startedMs) / 1000));
  };
}

/** `1.2 GB of 3.4 GB, 12 of 90 files, about 2 min left`: as much of it as is known. */
function inWords(job: JobProgress, elapsedSeconds: number): string {
  const { bytesDone = 0, bytesTotal, filesDone = 0, filesTotal } = job;
  // A file that is being written may hold more than it held when it was counted.
  const isCounted = bytesTotal !== undefined && bytesTotal >= bytesDone;
  const bytes = isCounted ? `${shownBytes(bytesDone)} of ${shownBytes(bytesTotal)}` : shownBytes(bytesDone);
  const files = filesTotal === undefined ? count(filesDone, 'file') : `${filesDone} of ${count(filesTotal, 'file')}`;
  const left = secondsLeft(job, elapsedSeconds);
  return [bytes, files, ...(left === undefined ? [] : [`about ${time(left)} left`])].join(', ');
}

/** What the engine says, while that can be so; else what follows from the speed so far. */
function secondsLeft(
  { secondsLeft: told, bytesDone = 0, bytesTotal }: JobProgress,
  elapsed: number,
): number | undefined {
  if (bytesTotal === undefined || bytesDone >= bytesTotal) return undefined;
  if (told !== undefined && told > 0) return told;
  return bytesDone === 0 || elapsed < 2 ? undefined : ((bytesTotal - bytesDone) / bytesDone) * elapsed;
}

function time(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}
