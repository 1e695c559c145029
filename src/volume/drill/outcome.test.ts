import { expect, test } from 'vitest';
import { volumeDrilled } from '#volume/drill/events.ts';
import { wholeOutcome } from '#volume/drill/outcome.ts';

test('one part that failed fails all; dumps that could not be tried take nothing from what the files have proven', () => {
  expect(wholeOutcome('passed', [])).toBe('passed');
  expect(wholeOutcome('passed', ['passed', 'unproven'])).toBe('passed');
  expect(wholeOutcome('unproven', ['passed'])).toBe('unproven');
  expect(wholeOutcome('passed', ['unproven', 'failed'])).toBe('failed');
  expect(wholeOutcome('failed', ['passed'])).toBe('failed');
});

test('drills that stand in ledgers from before dumps were loaded are read as ever', () => {
  const old = {
    ...{ volume: 'db', repository: { name: 'nas', id: '1' }, snapshot: '1a2b3c4d5e6f', outcome: 'passed' },
    ...{ probe: 'service', service: 'postgres', reasons: [], dumps: 3, databases: 0, restoreMs: 1, totalMs: 2 },
  };
  const event = volumeDrilled.parse(old);
  expect(event).toEqual(old);
  expect(volumeDrilled.summarise(event).sentence).toBe('Drill of snapshot 1a2b3c4d (postgres): passed');
  const loads = [{ container: 'db', outcome: 'passed', loaded: 3, dumps: 3, bytes: 9 }];
  const now = volumeDrilled.parse({ ...old, loads });
  expect(volumeDrilled.summarise(now).sentence).toContain('passed, 3 of 3 dumps loaded');
});
