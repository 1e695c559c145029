import type { OpenRecord } from '#app/home/open-record.ts';
import type { DaemonDeps, Said } from '#app/volume/daemon/daemon-deps.ts';
import { type Job, unitKey } from '#app/volume/daemon/due-jobs.ts';
import { type Retained, retain } from '#app/volume/daemon/retain.ts';
import { takeUnit } from '#app/volume/daemon/take-unit.ts';
import { checkRepositoryPart } from '#app/volume/repositories/check-repository.ts';
import { openRepository } from '#app/volume/repositories/open-repository.ts';
import { noteTried } from '#app/volume/schedules/state.ts';
import { type Problem, problemOf } from '#core/errors.ts';

/** How a job ended. */
export type JobEnd =
  | { readonly kind: 'done'; readonly message: string; readonly retained: Retained }
  /** There is a snapshot, and something is not in it. */
  | { readonly kind: 'incomplete'; readonly message: string; readonly problems: readonly Problem[] }
  | { readonly kind: 'damaged'; readonly message: string }
  | { readonly kind: 'failed'; readonly problem: Problem };

/** Does a job and notes how it went, so that it is not done again before its time. Never throws. */
export async function doJob(deps: DaemonDeps, job: Job): Promise<JobEnd> {
  const begunAt = deps.now();
  const end = await deps
    .onRecord((record) => (job.kind === 'check' ? check(deps, record, job.repository) : snapshot(deps, record, job)))
    .catch((error: unknown): JobEnd => ({ kind: 'failed', problem: problemOf(error) }));
  // What was ended with the daemon is due again at once.
  if (job.kind === 'check' || (end.kind === 'failed' && deps.signal.aborted)) return end;
  const failure = end.kind === 'failed' ? { failure: end.problem.code } : {};
  try {
    await noteTried(deps.home, job.schedule, unitKey(job.unit), { begunAt, now: deps.now(), ...failure });
    return end;
  } catch (error) {
    return { kind: 'failed', problem: problemOf(error) };
  }
}

async function snapshot(
  deps: DaemonDeps,
  record: OpenRecord,
  job: Extract<Job, { kind: 'snapshot' }>,
): Promise<JobEnd> {
  const repository = openRepository(record.home, job.repository, deps.environment);
  const engine = await deps.connect();
  const taken = await takeUnit({ deps, record, repository, engine }, job.unit);
  const ids = taken.snapshots.map((id) => id.slice(0, 8));
  const shown = `${ids.slice(0, 5).join(', ')}${ids.length > 5 ? ` and ${ids.length - 5} more` : ''}`;
  const message = `${nameOf(job)}: ${shown}, ${taken.bytes} bytes`;
  if (!taken.complete) return { kind: 'incomplete', message, problems: taken.problems };
  const retained: Retained = deps.signal.aborted
    ? { kind: 'nothing' }
    : await retain(deps, record, repository, taken.volumes);
  return { kind: 'done', message, retained };
}

async function check(deps: DaemonDeps, record: OpenRecord, name: string): Promise<JobEnd> {
  const repository = openRepository(record.home, name, deps.environment);
  const { actor, now, checkParts } = deps;
  const { part, result, damaged } = await checkRepositoryPart(repository, checkParts, { record, actor, now });
  const which = part === null ? 'the structure' : `part ${part.part} of ${part.of}`;
  if (result.kind === 'whole' && damaged.length === 0) {
    return { kind: 'done', message: `Checked ${which} of repository ${name}: whole`, retained: { kind: 'nothing' } };
  }
  const what = result.kind === 'whole' ? `earlier damage is not healed (${damaged.join(', ')})` : 'DAMAGED';
  return { kind: 'damaged', message: `Checked ${which} of repository ${name}: ${what}` };
}

/** What is said of it. */
export function saidOfEnd(job: Job, end: JobEnd): Said {
  switch (end.kind) {
    case 'done':
      return { kind: 'done', message: end.message };
    case 'incomplete': {
      const [problem] = end.problems;
      return {
        kind: 'failed',
        message: `${end.message}; not all could be read: ${problem?.message ?? ''}`,
        code: problem?.code ?? 'SNAPSHOT_INCOMPLETE',
      };
    }
    case 'damaged':
      return { kind: 'failed', message: end.message, code: 'REPOSITORY_DAMAGED' };
    case 'failed': {
      const { code, message, hint } = end.problem;
      const what = `${nameOf(job)} failed: ${message}`;
      return { kind: 'failed', message: what, code, ...(hint === undefined ? {} : { hint }) };
    }
  }
}

/** The same for people elsewhere: what a program in a container wrote stays in the words of this machine. */
export function toldOfEnd(job: Job, end: JobEnd): Said {
  const said = saidOfEnd(job, end);
  return end.kind === 'incomplete' ? { ...said, message: `${end.message}; not all could be read or dumped` } : said;
}

/** What is said of the retention after it; undefined where there is nothing to say. */
export function saidOfRetention(retained: Retained): Said | undefined {
  switch (retained.kind) {
    case 'nothing':
      return undefined;
    case 'done':
      return { kind: 'done', message: retained.message };
    case 'paused':
      return { kind: 'failed', message: retained.message, code: 'SIGNS_RAISED' };
    case 'failed': {
      const { code, message } = retained.problem;
      return { kind: 'failed', message: `Retention failed: ${message}`, code };
    }
  }
}

/** A job in a few words. */
export function nameOf(job: Job): string {
  if (job.kind === 'check') return `Check of repository ${job.repository}`;
  const { kind, name } = job.unit;
  return `Snapshot of ${kind === 'bind' ? 'directory' : kind} ${name} in ${job.repository}`;
}
