import { expect, test } from 'vitest';
import { recordedNames, wholeNames } from '#volume/drill/whole-names.ts';

const many = Array.from({ length: 500 }, (_, index) => `db/postgres/${index}.dump`);
const long = `db/postgres/${'%C3%A9'.repeat(60)}.dump`;

test('the manifest completes names that the record had no room for', () => {
  expect(wholeNames(recordedNames(many), many)).toEqual(many);
  expect(wholeNames(recordedNames([long]), [long])).toEqual([long]);
  expect(wholeNames(undefined, ['db/redis/dump.rdb'])).toEqual(['db/redis/dump.rdb']);
});

test('a manifest that names others, fewer or more than the record is not believed', () => {
  const recorded = ['db/postgres/a.dump', 'db/postgres/b.dump'];
  for (const forged of [[], ['db/postgres/a.dump'], [...recorded, 'db/postgres/c.dump'], ['x', 'y']])
    expect(wholeNames(recorded, forged)).toEqual(recorded);
});
