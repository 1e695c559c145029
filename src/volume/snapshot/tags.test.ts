import fc from 'fast-check';
import { expect, it } from 'vitest';
import { stackTag, stagingName, targetStream, volumeTag } from './tags.ts';

it('a volume and a directory of the host have tags, streams and directories of their own', () => {
  expect([volumeTag('db'), volumeTag('/srv/db')]).toEqual(['volume=db', 'bind=/srv/db']);
  expect([targetStream('db'), targetStream('/srv/db')]).toEqual(['volume:db', 'bind:/srv/db']);
  expect([stagingName('db'), stagingName('/srv/db')]).toEqual(['db', expect.stringMatching(/^bind-[0-9a-f]{16}$/)]);
  expect(targetStream(`/${'x'.repeat(4000)}`).length).toBeLessThan(400);
});

it('whatever a driver calls a volume, its files lie in a directory of their own', () => {
  for (const name of ['../../etc', '..', '.', '-rf', 'a/b', 'a\nb', '', 'x'.repeat(300)]) {
    expect(stagingName(name), name).toMatch(/^volume-[0-9a-f]{16}$/);
  }
});

it('whatever a label calls a stack, its tag is one that restic keeps as it is, and no other stack’s', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (one, other) => {
      const tag = stackTag(one);
      expect(tag).not.toMatch(/[,\p{Cc}]/u);
      expect(tag.trim()).toBe(tag);
      expect(tag === stackTag(other)).toBe(one.toWellFormed() === other.toWellFormed());
    }),
    { numRuns: 50 },
  );
});
