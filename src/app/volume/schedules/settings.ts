import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import type { Home } from '#app/home/home.ts';
import { replaceFile } from '#base/files/replace-file.ts';
import { HoldfastError, type Problem, problemOf, systemCode } from '#core/errors.ts';
import type { When } from '#volume/schedule/due.ts';
import { timeTable } from '#volume/schedule/time-table.ts';

const schema = z.object({
  version: z.literal(1),
  name: z.string(),
  what: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('volume'), volume: z.string() }),
    /** A directory or file of the host, by its real path. */
    z.object({ kind: z.literal('bind'), path: z.string().check(z.startsWith('/')) }),
    z.object({ kind: z.literal('stack'), stack: z.string() }),
    z.object({ kind: z.literal('all') }),
  ]),
  repository: z.string(),
  when: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('cron'), expression: z.string(), zone: z.string() }),
    z.object({ kind: z.literal('max-age'), hours: z.number().check(z.gt(0)) }),
  ]),
  setAt: z.string(),
});

/** A schedule as a home keeps it. */
export type ScheduleSettings = z.infer<typeof schema>;

const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/;

type Place = Pick<Home, 'directory'>;

/** Where a schedule is kept. */
export function schedulePath({ directory }: Place, name: string): string {
  return join(directory, 'schedules', `${name}.json`);
}

/** Where it is written how far a schedule is. */
export function statePath({ directory }: Place, name: string): string {
  return join(directory, 'schedules', 'state', `${name}.json`);
}

/** @throws `SCHEDULE_NAME_INVALID` */
export function refuseScheduleName(name: string): void {
  if (NAME.test(name)) return;
  throw new HoldfastError(
    'SCHEDULE_NAME_INVALID',
    `${JSON.stringify(name.slice(0, 100))} cannot be a schedule’s name`,
    {
      kind: 'usage',
      hint: 'Take letters, digits, - and _, at most 63 of them, and begin with a letter or a digit.',
    },
  );
}

/** What a schedule's words mean. @throws `SCHEDULE_CRON_INVALID`, `SCHEDULE_ZONE_UNKNOWN` */
export function whenOf({ when }: Pick<ScheduleSettings, 'when'>): When {
  if (when.kind === 'max-age') return when;
  return { kind: 'cron', table: timeTable(when.expression, when.zone) };
}

/** @throws `SCHEDULE_UNREADABLE` */
function readSchedule(home: Place, name: string): ScheduleSettings {
  const path = schedulePath(home, name);
  try {
    const settings = schema.parse(JSON.parse(readFileSync(path, 'utf8')));
    whenOf(settings);
    return settings;
  } catch (cause) {
    throw new HoldfastError(
      'SCHEDULE_UNREADABLE',
      `${path} cannot be read (${systemCode(cause) ?? 'not what was written'})`,
      {
        kind: 'usage',
        hint: `Set it again: holdfast volume schedule set ${name}`,
        cause,
      },
    );
  }
}

/** All schedules of a home, by name, and what is wrong with those that cannot be read. */
export function readSchedules(home: Place): {
  readonly schedules: readonly ScheduleSettings[];
  readonly problems: readonly Problem[];
} {
  const problems: Problem[] = [];
  const schedules = scheduleNames(home).flatMap((name) => {
    try {
      return [readSchedule(home, name)];
    } catch (error) {
      problems.push(problemOf(error));
      return [];
    }
  });
  return { schedules, problems };
}

/** Names of the home’s schedules, sorted. */
export function scheduleNames({ directory }: Place): readonly string[] {
  try {
    return readdirSync(join(directory, 'schedules'))
      .filter((file) => file.endsWith('.json') && NAME.test(file.slice(0, -'.json'.length)))
      .map((file) => file.slice(0, -'.json'.length))
      .sort();
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
}

/** Puts a schedule in its place; what was done for one of the same name before stays done. @throws `FILE_NOT_WRITTEN` */
export async function writeSchedule(home: Place, settings: ScheduleSettings): Promise<void> {
  const bytes = Buffer.from(`${JSON.stringify(settings, null, 2)}\n`);
  await replaceFile(schedulePath(home, settings.name), (append) => append(bytes), { mode: 0o600 });
}

/** @throws `SCHEDULE_UNKNOWN` */
export function removeSchedule(home: Place, name: string): void {
  refuseScheduleName(name);
  if (!existsSync(schedulePath(home, name))) {
    throw new HoldfastError('SCHEDULE_UNKNOWN', `This home has no schedule ${name}`, {
      kind: 'usage',
      hint: 'holdfast volume schedule ls lists those that there are.',
    });
  }
  rmSync(schedulePath(home, name));
  rmSync(statePath(home, name), { force: true });
}
