import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { IdMaps } from '#volume/discover/discovery.ts';
import { idMapsSchema, ownerShifts } from '#volume/snapshot/id-maps.ts';

const SAME: IdMaps = { users: [], groups: [] };
const ranges = [
  { container: 0, host: 1000, count: 1 },
  { container: 1, host: 200_000, count: 65_536 },
];
const ROOTLESS: IdMaps = { users: ranges, groups: ranges };

it('owners are those of the containers, on whatever host', () => {
  const away = ownerShifts(ROOTLESS, SAME);
  expect([1000, 200_069, 265_535].map((id) => away?.user(id))).toEqual([0, 70, 65_536]);
  const here = ownerShifts(SAME, ROOTLESS);
  expect([0, 70, 65_536].map((id) => here?.group(id))).toEqual([1000, 200_069, 265_535]);
});

it('who cannot be in a container there, or here, has no other owner', () => {
  expect(ownerShifts(ROOTLESS, SAME)?.user(0)).toBeUndefined();
  expect(ownerShifts(ROOTLESS, SAME)?.user(265_536)).toBeUndefined();
  expect(ownerShifts(SAME, ROOTLESS)?.user(65_537)).toBeUndefined();
});

it('between engines alike nothing changes', () => {
  expect(ownerShifts(SAME, SAME)).toBeUndefined();
  expect(ownerShifts(ROOTLESS, { groups: [...ranges], users: [...ranges] })).toBeUndefined();
});

it('there and back is where it was', () => {
  const away = ownerShifts(ROOTLESS, SAME);
  const back = ownerShifts(SAME, ROOTLESS);
  fc.assert(
    fc.property(fc.integer({ min: 200_000, max: 265_535 }), (id) => {
      expect(back?.user(away?.user(id) ?? -1)).toBe(id);
    }),
  );
});

it('what a manifest says is refused when it is none', () => {
  expect(idMapsSchema.parse(ROOTLESS)).toEqual(ROOTLESS);
  const range = { container: 0, host: 0, count: 1 };
  for (const users of [
    [{ ...range, host: -1 }],
    [{ ...range, count: 2 ** 33 }],
    [{ ...range, host: 1.5 }],
    Array(101).fill(range),
    'x',
  ]) {
    expect(() => idMapsSchema.parse({ users, groups: [] })).toThrow();
  }
});
