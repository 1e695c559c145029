import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takeDaemonLock } from '#app/volume/daemon/daemon-lock.ts';
import { readHeartbeat, writeHeartbeat } from '#app/volume/observe/heartbeat.ts';
import { watchPace } from '#app/volume/observe/pace.ts';
import { readSchedules, type ScheduleSettings, whenOf, writeSchedule } from '#app/volume/schedules/settings.ts';
import { noteTried, readScheduleState } from '#app/volume/schedules/state.ts';
import { thisProcess } from '#volume/hold/holder.ts';

let directory: string;
const home = () => ({ directory });

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'holdfast-daemon-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe('the right to be the daemon of a home', () => {
  const self = thisProcess();

  it('is refused while another lives, and on another machine where that cannot be seen', async () => {
    const lock = await takeDaemonLock(home(), self);
    const other = { ...self, startTicks: self.startTicks + 1 };
    await expect(takeDaemonLock(home(), other)).rejects.toMatchObject({ code: 'DAEMON_RUNNING' });
    await expect(takeDaemonLock(home(), { ...self, host: 'elsewhere' })).rejects.toMatchObject({
      code: 'DAEMON_RUNNING',
    });
    lock.release();
    const next = await takeDaemonLock(home(), other);
    expect(() => next.refuseLost()).not.toThrow();
  });

  it('is taken over from a dead one, and noticed when it is lost', async () => {
    await takeDaemonLock(home(), { ...self, startTicks: self.startTicks - 1 });
    const lock = await takeDaemonLock(home(), self);
    lock.refuseLost();
    await takeDaemonLock({ directory: join(directory, 'other') }, { ...self, pid: 1 });
    writeFileSync(
      join(directory, 'daemon.json'),
      JSON.stringify({ version: 1, holder: { ...self, pid: self.pid + 1 } }),
    );
    expect(() => lock.refuseLost()).toThrow(expect.objectContaining({ code: 'DAEMON_RUNNING' }));
    lock.release();
    await expect(takeDaemonLock(home(), { ...self, host: 'elsewhere' })).rejects.toMatchObject({
      code: 'DAEMON_RUNNING',
    });
  });
});

it('the heartbeat is read back, for its engine only', async () => {
  const cursor = { atNano: '1700000000000000001', kind: 'container', action: 'start', id: 'a' };
  const heartbeat = {
    watch: 'w',
    engine: 'E',
    address: 'unix:///s',
    cursor,
    at: '2026-01-01T00:00:00Z',
    holder: thisProcess(),
  };
  await writeHeartbeat(home(), heartbeat);
  expect(readHeartbeat(home(), 'E')).toEqual({ version: 1, ...heartbeat });
  expect(readHeartbeat(home(), 'F')).toBeUndefined();
});

it('an observer that stood still, or whose clock was set, says so', () => {
  let [steady, clock] = [0, 1_000_000];
  const pace = watchPace(
    () => steady,
    () => clock,
  );
  steady += 1_000;
  clock += 1_000;
  pace.refuseStall();
  clock -= 86_400_000;
  expect(() => pace.refuseStall()).toThrow(
    expect.objectContaining({ message: expect.stringContaining('clock was set') }),
  );
  pace.close();
  const other = watchPace(
    () => steady,
    () => clock,
  );
  steady += 60_000;
  clock += 60_000;
  expect(() => other.refuseStall()).toThrow(expect.objectContaining({ code: 'OBSERVER_STALLED' }));
  other.close();
});

describe('schedules of a home', () => {
  const settings: ScheduleSettings = {
    ...{ version: 1, name: 'nightly', what: { kind: 'all' }, repository: 'main', setAt: '2026-01-01T00:00:00.000Z' },
    when: { kind: 'cron', expression: '0 3 * * *', zone: 'Europe/Berlin' },
  };

  it('are read back; one that cannot be read stops no other', async () => {
    await writeSchedule(home(), settings);
    writeFileSync(join(directory, 'schedules', 'broken.json'), '{"version":1}');
    const { schedules, problems } = readSchedules(home());
    expect(schedules).toEqual([settings]);
    expect(problems).toMatchObject([{ code: 'SCHEDULE_UNREADABLE' }]);
    expect(whenOf(settings)).toMatchObject({ kind: 'cron' });
  });

  it('remember how each unit went', async () => {
    const begunAt = new Date('2026-01-02T03:00:00Z');
    const now = new Date('2026-01-02T03:05:00Z');
    await noteTried(home(), 'nightly', 'volume:db', { begunAt, now, failure: 'RESTIC_LOCKED' });
    await noteTried(home(), 'nightly', 'volume:db', { begunAt, now, failure: 'RESTIC_LOCKED' });
    await noteTried(home(), 'nightly', 'volume:web', { begunAt, now });
    const state = readScheduleState(home(), 'nightly');
    const notBefore = new Date('2026-01-02T03:07:00Z');
    expect(state.get('volume:db')).toEqual({ failures: 2, notBefore, code: 'RESTIC_LOCKED' });
    expect(state.get('volume:web')).toEqual({ failures: 0, doneAt: begunAt });
    await noteTried(home(), 'nightly', 'volume:db', { begunAt, now });
    expect(readScheduleState(home(), 'nightly').get('volume:db')).toEqual({ failures: 0, doneAt: begunAt });
  });
});
