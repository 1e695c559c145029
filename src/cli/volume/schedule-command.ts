import type { ScheduleList, ScheduleRemoved, ScheduleSet } from '#api/volume-schedule-report.ts';
import { actorOf } from '#app/home/actor.ts';
import { requireHome } from '#app/home/home.ts';
import { chosenRepository } from '#app/volume/repositories/chosen-repository.ts';
import { dropSchedule, setSchedule, whatInWords, whenInWords } from '#app/volume/schedules/set-schedule.ts';
import { readSchedules, type ScheduleSettings, whenOf } from '#app/volume/schedules/settings.ts';
import { readScheduleState } from '#app/volume/schedules/state.ts';
import { recordClock } from '#cli/clock.ts';
import { exitCodes } from '#cli/errors.ts';
import { onRecord } from '#cli/on-record.ts';
import { writeText } from '#cli/output.ts';
import { printProblems } from '#cli/problems.ts';
import { terminal } from '#cli/terminal.ts';
import { HoldfastError } from '#core/errors.ts';
import { type Column, columns } from '#report/columns.ts';
import { findBind } from '#volume/snapshot/bind-source.ts';

/** Options of `holdfast volume schedule set`. */
export interface ScheduleSetFlags {
  readonly repo?: string;
  readonly volume?: string;
  readonly bind?: string;
  readonly stack?: string;
  readonly all?: true;
  readonly cron?: string;
  readonly maxAge?: number;
  readonly zone: string;
  readonly format: 'text' | 'json';
}

type Environment = NodeJS.ProcessEnv;

/** `holdfast volume schedule set`. */
export async function scheduleSetCommand(
  name: string,
  flags: ScheduleSetFlags,
  environment: Environment,
): Promise<number> {
  const repository = chosenRepository(requireHome(environment), flags.repo);
  const settings: ScheduleSettings = {
    ...{ version: 1, name, repository, setAt: recordClock().toISOString() },
    what: whatOf(flags),
    when: whenOfFlags(flags),
  };
  await onRecord(environment, (record) => setSchedule({ record, actor: actorOf(environment) }, settings));
  const { what, when } = settings;
  const report: ScheduleSet = { name, what, repository, when };
  const line = `${name}: snapshots of ${whatInWords(settings)} into ${repository}, ${whenInWords(settings)}.`;
  await print(flags, report, [line]);
  return exitCodes.done;
}

function whatOf({ volume, bind, stack, all }: ScheduleSetFlags): ScheduleSettings['what'] {
  if (volume !== undefined) return { kind: 'volume', volume };
  // It has to be there: a path that is mistyped would fail every night. Snapshots are kept under the real one.
  if (bind !== undefined) return { kind: 'bind', path: findBind(bind) };
  if (stack !== undefined) return { kind: 'stack', stack };
  if (all === true) return { kind: 'all' };
  throw usage(
    'It is not said what the snapshots are to be of',
    'Add --volume VOLUME, --bind PATH, --stack STACK or --all.',
  );
}

function whenOfFlags({ cron, maxAge, zone }: ScheduleSetFlags): ScheduleSettings['when'] {
  if (cron !== undefined) return { kind: 'cron', expression: cron.trim(), zone };
  if (maxAge !== undefined) return { kind: 'max-age', hours: maxAge };
  throw usage('It is not said when the snapshots are to be taken', 'Add --cron "30 3 * * *" or --max-age 24.');
}

function usage(message: string, hint: string): HoldfastError {
  return new HoldfastError('USAGE', message, { kind: 'usage', hint });
}

/** `holdfast volume schedule rm`. */
export async function scheduleRemoveCommand(
  name: string,
  flags: Pick<ScheduleSetFlags, 'format'>,
  environment: Environment,
): Promise<number> {
  await onRecord(environment, (record) => dropSchedule({ record, actor: actorOf(environment) }, name));
  const report: ScheduleRemoved = { removed: name };
  await print(flags, report, [`${name} is removed; its snapshots stay.`]);
  return exitCodes.done;
}

/** `holdfast volume schedule ls`. */
export async function scheduleListCommand(
  flags: Pick<ScheduleSetFlags, 'format'>,
  environment: Environment,
): Promise<number> {
  const home = requireHome(environment);
  const { schedules, problems } = readSchedules(home);
  const now = recordClock();
  const list: ScheduleList = {
    schedules: schedules.map((settings) => {
      const { name, what, repository, when } = settings;
      const plan = whenOf(settings);
      const next = plan.kind === 'cron' ? plan.table.next(now) : undefined;
      const units = [...readScheduleState(home, name)].map(([unit, { doneAt, failures, notBefore, code }]) => ({
        ...{ unit, failures, code: code ?? null },
        doneAt: doneAt?.toISOString() ?? null,
        notBefore: notBefore?.toISOString() ?? null,
      }));
      return { name, what, repository, when, next: next?.toISOString() ?? null, units };
    }),
    problems: problems.map((problem) => ({ ...problem })),
  };
  printProblems(problems);
  await print(flags, list, listLines(list));
  return problems.length === 0 ? exitCodes.done : exitCodes.failed;
}

async function print(
  { format }: Pick<ScheduleSetFlags, 'format'>,
  report: object,
  lines: readonly string[],
): Promise<void> {
  await writeText(format === 'json' ? `${JSON.stringify(report, null, 2)}\n` : `${lines.join('\n')}\n`);
}

const HEADS: readonly Column[] = [
  { title: 'SCHEDULE', maxWidth: 20, minWidth: 8 },
  { title: 'OF', maxWidth: 30, minWidth: 10 },
  { title: 'INTO', maxWidth: 16, minWidth: 6 },
  { title: 'WHEN', maxWidth: 34, minWidth: 12 },
  { title: 'NEXT (UTC)', maxWidth: 16 },
  { title: 'LAST', maxWidth: 30, minWidth: 16 },
];

function listLines({ schedules }: ScheduleList): readonly string[] {
  if (schedules.length === 0) return ['No schedules. Set one: holdfast volume schedule set'];
  const { width, paint } = terminal();
  const rows = schedules.map((schedule) => [
    schedule.name,
    whatInWords(schedule),
    schedule.repository,
    whenInWords(schedule),
    schedule.next === null ? '-' : minute(schedule.next),
    lastOf(schedule.units),
  ]);
  return columns(HEADS, rows, width, (text, row) => (row < 0 ? paint('bold', text) : text));
}

function lastOf(units: ScheduleList['schedules'][number]['units']): string {
  const failing = units.find(({ failures }) => failures > 0);
  if (failing !== undefined)
    return `failed ${failing.failures === 1 ? 'once' : `${failing.failures} times`}: ${failing.code ?? ''}`;
  const done = units.flatMap(({ doneAt }) => (doneAt === null ? [] : [doneAt])).sort();
  return done.length === 0 ? 'not yet' : minute(done.at(-1) ?? '');
}

function minute(at: string): string {
  return at.slice(0, 16).replace('T', ' ');
}
