import type { OpenRecord } from '#app/home/open-record.ts';
import { readState } from '#app/volume/repositories/repository-state.ts';
import { readSettings, repositoryNames } from '#app/volume/repositories/settings.ts';
import { readSchedules, type ScheduleSettings, whenOf } from '#app/volume/schedules/settings.ts';
import { readScheduleState } from '#app/volume/schedules/state.ts';
import { type Problem, problemOf } from '#core/errors.ts';
import type { ScheduleProgress } from '#notify/silence.ts';
import { dueAt, objectiveHours, type Wanted } from '#volume/schedule/due.ts';
import type { SnapshotFinished } from '#volume/snapshot/events.ts';
import { targetStream } from '#volume/snapshot/tags.ts';

/** What one snapshot, or those of one hold, are of. */
export interface Unit {
  readonly kind: 'volume' | 'bind' | 'stack';
  /** Of a bind: its absolute path. */
  readonly name: string;
  /** When it was made, where that is told: nothing was due for it before. */
  readonly madeAt?: Date;
}

/** Something that is to be done at a time. */
export type Job =
  | {
      readonly kind: 'snapshot';
      readonly repository: string;
      readonly at: Date;
      readonly schedule: string;
      readonly unit: Unit;
      /** How often it failed in a row. */
      readonly failures: number;
    }
  | { readonly kind: 'check'; readonly repository: string; readonly at: Date };

export interface DueDeps {
  readonly record: Pick<OpenRecord, 'home' | 'ledger' | 'catalogue'>;
  readonly now: Date;
  /** What a schedule of everything is of; asked once, when there is such a schedule. */
  readonly everything: () => Promise<readonly Unit[]>;
  /** Every so often a part of each repository's data is read; 0: never. */
  readonly checkEveryHours: number;
}

export interface PlannedJobs {
  /** All that is known to come, the longest overdue first. */
  readonly jobs: readonly Job[];
  /** How each unit of each schedule is doing. */
  readonly progress: readonly ScheduleProgress[];
  readonly problems: readonly Problem[];
}

/** More than that ahead of the clock, and it was written by a clock that was wrong. */
const AHEAD_MS = 5 * 60_000;

/** What is to be done, and when. What one schedule's trouble is stops no other. @throws `DATABASE_*` */
export async function plannedJobs(deps: DueDeps): Promise<PlannedJobs> {
  const { record, now, checkEveryHours } = deps;
  const jobs: Job[] = [];
  const progress: ScheduleProgress[] = [];
  const problems: Problem[] = [];
  for (const schedule of schedulesOf(record.home, problems)) {
    try {
      for (const unit of await unitsOf(deps, schedule)) {
        const wanted = await wantedOf(deps, schedule, unit);
        progress.push(...progressOf(subjectOf(schedule.name, unit), wanted, now));
        const at = dueAt(wanted);
        if (at === undefined) continue;
        const { repository, name } = schedule;
        jobs.push({ kind: 'snapshot', repository, at, schedule: name, unit, failures: wanted.tried.failures });
      }
    } catch (error) {
      problems.push(problemOf(error, schedule.name));
    }
  }
  for (const name of checkEveryHours === 0 ? [] : repositoryNames(record.home)) {
    try {
      const last = readState(record.home, name).lastCheckAt ?? readSettings(record.home, name).addedAt;
      const at = new Date(notAhead(new Date(last), now).getTime() + checkEveryHours * 3_600_000);
      jobs.push({ kind: 'check', repository: name, at });
    } catch (error) {
      problems.push(problemOf(error, name));
    }
  }
  const order = ({ at, repository }: Job) => `${String(at.getTime()).padStart(16, '0')} ${repository}`;
  jobs.sort((a, b) => (order(a) < order(b) ? -1 : 1));
  return { jobs, progress, problems };
}

function schedulesOf(home: OpenRecord['home'], problems: Problem[]): readonly ScheduleSettings[] {
  const { schedules, problems: found } = readSchedules(home);
  problems.push(...found);
  return schedules;
}

async function unitsOf({ everything }: DueDeps, { what }: ScheduleSettings): Promise<readonly Unit[]> {
  switch (what.kind) {
    case 'all':
      return everything();
    case 'volume':
      return [{ kind: 'volume', name: what.volume }];
    case 'bind':
      return [{ kind: 'bind', name: what.path }];
    case 'stack':
      return [{ kind: 'stack', name: what.stack }];
  }
}

/** What people are told that it is about: two schedules of one volume fail for themselves. */
export function subjectOf(schedule: string, unit: Unit): string {
  return `schedule:${schedule}/${unitKey(unit)}`;
}

/** What a unit is called in a schedule's state. */
export function unitKey({ kind, name }: Unit): string {
  return `${kind}:${name}`;
}

/** What a schedule wants of a unit, without what was written by a clock that was wrong. */
async function wantedOf(deps: DueDeps, schedule: ScheduleSettings, unit: Unit): Promise<Wanted> {
  const { record, now } = deps;
  const state = readScheduleState(record.home, schedule.name).get(unitKey(unit)) ?? { failures: 0 };
  const tried = {
    failures: state.failures,
    ...(state.doneAt === undefined || isAhead(state.doneAt, now) ? {} : { doneAt: state.doneAt }),
    // An hour is the longest wait.
    ...(state.notBefore === undefined || state.notBefore.getTime() - now.getTime() > 65 * 60_000
      ? {}
      : { notBefore: state.notBefore }),
  };
  const newest = unit.kind === 'stack' ? tried.doneAt : await newestSnapshot(deps, unit.name, schedule.repository);
  const setAt = notAhead(new Date(schedule.setAt), now);
  return {
    when: whenOf(schedule),
    since: unit.madeAt !== undefined && unit.madeAt > setAt ? notAhead(unit.madeAt, now) : setAt,
    ...(newest === undefined || isAhead(newest, now) ? {} : { newestAt: newest }),
    tried,
  };
}

/** Whether a snapshot is there as it was promised; nothing where no time table says so. */
function progressOf(subject: string, { when, since, newestAt }: Wanted, now: Date): readonly ScheduleProgress[] {
  const hours = objectiveHours(when, now);
  if (hours === undefined) return [];
  const lastSuccessAt = newestAt?.toISOString() ?? null;
  return [{ subject, withinMs: hours * 3_600_000, lastSuccessAt, since: since.toISOString() }];
}

/** When the newest one was taken, by the record's order: clocks step. */
async function newestSnapshot({ record }: DueDeps, volume: string, repository: string): Promise<Date | undefined> {
  const { ledger, catalogue } = record;
  const filter = { types: ['snapshot.finished'], stream: targetStream(volume) };
  for await (const event of ledger.read(filter, 'newest-first')) {
    const data = catalogue.known(event)?.data as SnapshotFinished | undefined;
    if (data?.repository.name === repository) return new Date(event.at);
  }
  return undefined;
}

function isAhead(at: Date, now: Date): boolean {
  return at.getTime() - now.getTime() > AHEAD_MS;
}

/** The beginning of time instead of a moment that has not come yet. */
function notAhead(at: Date, now: Date): Date {
  return isAhead(at, now) || Number.isNaN(at.getTime()) ? new Date(0) : at;
}
