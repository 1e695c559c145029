import { expect, it } from 'vitest';
import type { JobEnd } from '#app/volume/daemon/do-job.ts';
import type { Job } from '#app/volume/daemon/due-jobs.ts';
import { scheduleRuns } from '#app/volume/daemon/schedule-runs.ts';

const NOW = new Date('2026-11-22T03:30:00Z');
const LATER = new Date('2026-11-23T03:30:00Z');
const job = (name: string, at = NOW, failures = 0): Job => ({
  ...{ kind: 'snapshot', repository: 'main', at, schedule: 'nightly', failures },
  unit: { kind: 'volume', name },
});
const good: JobEnd = { kind: 'done', message: 'done', retained: { kind: 'nothing' } };
const bad: JobEnd = { kind: 'failed', problem: { code: 'RESTIC_LOCKED', message: 'locked' } };

function watched() {
  const told: string[] = [];
  return { told, runs: scheduleRuns(({ kind, subject }) => told.push(`${kind} ${subject}`)) };
}

it('a run is good when all that was due of its schedule is done', () => {
  const { told, runs } = watched();
  runs.began(job('a'));
  runs.planned([job('b')], [job('a')], NOW);
  runs.ended(job('a'), good);
  runs.planned([job('b'), job('a', LATER)], [], NOW);
  runs.began(job('b'));
  runs.ended(job('b'), good);
  expect(told).toEqual(['started schedule:nightly']);
  runs.planned([job('a', LATER), job('b', LATER)], [], NOW);
  runs.planned([job('a', LATER), job('b', LATER)], [], NOW);
  expect(told).toEqual(['started schedule:nightly', 'succeeded schedule:nightly']);
});

it('one target that fails makes the run bad, until that target has gone well', () => {
  const { told, runs } = watched();
  runs.began(job('a'));
  runs.ended(job('a'), bad);
  runs.began(job('b'));
  runs.ended(job('b'), good);
  runs.planned([job('a', LATER, 1), job('b', LATER)], [], NOW);
  // Another run, in which only the other one is due.
  runs.began(job('b'));
  runs.ended(job('b'), good);
  runs.planned([job('a', LATER, 1), job('b', LATER)], [], NOW);
  expect(told.filter((one) => one.startsWith('succeeded'))).toEqual([]);
  runs.began(job('a'));
  runs.ended(job('a'), good);
  runs.planned([job('a', LATER), job('b', LATER)], [], NOW);
  expect(told.at(-1)).toBe('succeeded schedule:nightly');
  expect(told.filter((one) => one.startsWith('failed'))).toEqual(['failed schedule:nightly']);
});

it('checks of repositories belong to no schedule', () => {
  const { told, runs } = watched();
  const check: Job = { kind: 'check', repository: 'main', at: NOW };
  runs.began(check);
  runs.ended(check, bad);
  runs.planned([check], [check], NOW);
  expect(told).toEqual([]);
});
