import type { OpenRecord } from '#app/home/open-record.ts';
import { readSettings } from '#app/volume/repositories/settings.ts';
import {
  refuseScheduleName,
  removeSchedule,
  type ScheduleSettings,
  whenOf,
  writeSchedule,
} from '#app/volume/schedules/settings.ts';
import { HoldfastError } from '#core/errors.ts';

interface ScheduleDeps {
  readonly record: Pick<OpenRecord, 'ledger' | 'home'>;
  readonly actor: string;
}

/**
 * Sets a schedule, also in place of another one of that name, and tells the ledger.
 * @throws `SCHEDULE_*`, `REPOSITORY_UNKNOWN`, `FILE_NOT_WRITTEN`, `LEDGER_*`, `DATABASE_*`
 */
export async function setSchedule({ record, actor }: ScheduleDeps, settings: ScheduleSettings): Promise<void> {
  const { name, repository } = settings;
  refuseScheduleName(name);
  readSettings(record.home, repository);
  const when = whenOf(settings);
  if (when.kind === 'cron' && when.table.next(new Date(settings.setAt)) === undefined) {
    throw new HoldfastError('SCHEDULE_CRON_INVALID', 'The time table names a day that never comes', { kind: 'usage' });
  }
  const data = { name, what: whatInWords(settings), repository, when: whenInWords(settings) };
  await record.ledger.append({ stream: `schedule:${name}`, events: [{ type: 'schedule.set', data }], actor });
  await writeSchedule(record.home, settings);
}

/** @throws `SCHEDULE_UNKNOWN`, `LEDGER_*`, `DATABASE_*` */
export async function dropSchedule({ record, actor }: ScheduleDeps, name: string): Promise<void> {
  removeSchedule(record.home, name);
  await record.ledger.append({
    stream: `schedule:${name}`,
    events: [{ type: 'schedule.removed', data: { name } }],
    actor,
  });
}

/** `volume db`, `directory /srv/uploads`, `stack shop`, `everything`. */
export function whatInWords({ what }: Pick<ScheduleSettings, 'what'>): string {
  switch (what.kind) {
    case 'all':
      return 'everything';
    case 'volume':
      return `volume ${what.volume}`;
    case 'bind':
      return `directory ${what.path}`;
    case 'stack':
      return `stack ${what.stack}`;
  }
}

/** `0 3 * * * (Europe/Berlin)`, `at most 24 hours old`. */
export function whenInWords({ when }: Pick<ScheduleSettings, 'when'>): string {
  if (when.kind === 'cron') return `${when.expression} (${when.zone})`;
  return `at most ${when.hours} ${when.hours === 1 ? 'hour' : 'hours'} old`;
}
