import { expect, it } from 'vitest';
import { createLatestRecords } from '#advisory/store/latest-records.ts';

it('knows of each of many records the stamp that counts, if there were several', () => {
  const latest = createLatestRecords();
  const names = Array.from({ length: 40_000 }, (_, at) => `osv\0A-${at}`);
  for (const name of names) latest.note(name, { modified: 5, order: 1 });
  expect(latest.hasSeveral()).toBe(false);
  for (const [at, name] of names.entries()) {
    if (at % 3 === 0) latest.note(name, { modified: 5, order: 1 });
    if (at % 3 === 1) latest.note(name, { modified: 4, order: 2 });
    if (at % 3 === 2) latest.note(name, { modified: 5, order: 2 });
  }
  expect(latest.hasSeveral()).toBe(true);
  const expected = [undefined, { modified: 5, order: 1 }, { modified: 5, order: 2 }];
  for (const [at, name] of names.entries()) expect(latest.bestOfSeveral(name)).toEqual(expected[at % 3]);
  expect(latest.bestOfSeveral('osv\0B-1')).toBeUndefined();
});
