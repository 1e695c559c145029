import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { plannedJobs } from '#app/volume/daemon/due-jobs.ts';
import { type ScheduleSettings, writeSchedule } from '#app/volume/schedules/settings.ts';
import { noteTried } from '#app/volume/schedules/state.ts';

const NOW = new Date('2026-11-22T10:00:00Z');
const DAY_MS = 24 * 3_600_000;
const tomorrow = new Date(NOW.getTime() + DAY_MS);

let directory: string;
/** When the newest snapshot was taken, by the record. */
let newest: Date | undefined;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'holdfast-due-'));
  newest = undefined;
});
afterEach(() => rmSync(directory, { recursive: true }));

async function schedule(when: ScheduleSettings['when'], what: ScheduleSettings['what'], setAt: Date): Promise<void> {
  const settings = { version: 1, name: 's', repository: 'main', what, when, setAt: setAt.toISOString() } as const;
  await writeSchedule({ directory }, settings);
}

async function due(): Promise<readonly string[]> {
  const read = async function* () {
    if (newest !== undefined) yield { at: newest.toISOString() };
  };
  const ledger = { read };
  const catalogue = { known: () => ({ data: { repository: { name: 'main' } } }) };
  const record = { home: { directory }, ledger, catalogue } as never;
  const { jobs, problems } = await plannedJobs({ record, now: NOW, everything: async () => [], checkEveryHours: 0 });
  expect(problems).toEqual([]);
  return jobs.map((job) =>
    job.kind === 'check' ? 'check' : `${job.unit.kind} ${job.unit.name} ${job.at.toISOString()}`,
  );
}

const daily: ScheduleSettings['when'] = { kind: 'cron', expression: '0 3 * * *', zone: 'UTC' };
const hourly: ScheduleSettings['when'] = { kind: 'max-age', hours: 1 };
const db: ScheduleSettings['what'] = { kind: 'volume', volume: 'db' };

it('what was done by a clock that was a day ahead holds nothing back', async () => {
  await schedule(daily, db, new Date(NOW.getTime() - DAY_MS));
  await noteTried({ directory }, 's', 'volume:db', { begunAt: tomorrow, now: tomorrow });
  newest = tomorrow;
  expect(await due()).toEqual(['volume db 2026-11-22T03:00:00.000Z']);
  await schedule(hourly, db, new Date(NOW.getTime() - DAY_MS));
  expect(Date.parse((await due())[0]?.slice('volume db '.length) ?? '')).toBeLessThan(NOW.getTime());
});

it('nor does a schedule that such a clock set, or a wait that it began', async () => {
  await schedule(hourly, db, tomorrow);
  await noteTried({ directory }, 's', 'volume:db', { begunAt: tomorrow, now: tomorrow, failure: 'RESTIC_LOCKED' });
  expect(Date.parse((await due())[0]?.slice('volume db '.length) ?? '')).toBeLessThan(NOW.getTime());
});

it('what was done by the clock of today is done', async () => {
  await schedule(daily, db, new Date(NOW.getTime() - 3 * DAY_MS));
  await noteTried({ directory }, 's', 'volume:db', { begunAt: new Date(NOW.getTime() - 60_000), now: NOW });
  expect(await due()).toEqual(['volume db 2026-11-23T03:00:00.000Z']);
});

it('a directory of the host is a unit of its own', async () => {
  await schedule(daily, { kind: 'bind', path: '/srv/uploads' }, NOW);
  expect(await due()).toEqual(['bind /srv/uploads 2026-11-23T03:00:00.000Z']);
});
