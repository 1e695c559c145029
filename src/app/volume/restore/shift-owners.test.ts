import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { shiftOwners } from '#app/volume/restore/shift-owners.ts';
import type { IdMaps } from '#volume/discover/discovery.ts';

const OWN = [process.getuid?.() ?? 0, process.getgid?.() ?? 0] as const;
const SAME: IdMaps = { users: [], groups: [] };
/** Whoever runs the test is user 5 and group 6 of its containers. */
const MAPPED: IdMaps = {
  users: [{ container: 5, host: OWN[0], count: 1 }],
  groups: [{ container: 6, host: OWN[1], count: 1 }],
};
let place: string;
let done: string[];
const files = {
  own: (path: Buffer, user: number, group: number) =>
    void done.push(`${path.toString('latin1').slice(place.length)} ${user}:${group}`),
  mode: (path: Buffer, mode: number) =>
    void done.push(`${path.toString('latin1').slice(place.length)} ${mode.toString(8)}`),
};

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'holdfast-owners-'));
  done = [];
});
afterEach(() => rmSync(place, { recursive: true }));

it('every file has the owner that containers know, whatever it is called, links for themselves, hard links once', () => {
  mkdirSync(join(place, 'd'));
  writeFileSync(Buffer.concat([Buffer.from(`${place}/d/`), Buffer.from([0xff])]), '');
  writeFileSync(join(place, 'a'), '', { mode: 0o4755 });
  linkSync(join(place, 'a'), join(place, 'b'));
  symlinkSync('/etc/passwd', join(place, 'l'));
  expect(shiftOwners(Buffer.from(place), MAPPED, SAME, files)).toEqual([]);
  expect(done).toEqual([' 5:6', '/a 5:6', '/a 4755', '/d 5:6', '/d/\xff 5:6', '/l 5:6']);
});

it('who has no number here keeps the one that there was, and that is told', () => {
  writeFileSync(join(place, 'a'), '');
  const others: IdMaps = { users: [{ container: 0, host: 4_000_000_000, count: 1 }], groups: [] };
  const [problem] = shiftOwners(Buffer.from(place), others, SAME, files);
  expect(problem).toMatchObject({ code: 'RESTORE_OWNERS_LEFT', message: expect.stringMatching(/^2 of the files/) });
  expect(done).toEqual([]);
});

it('nothing is done between engines alike, nor where one of them is not known', () => {
  const code = (from?: IdMaps, to?: IdMaps) => shiftOwners(Buffer.from(place), from, to, files)[0]?.code;
  expect(code(SAME, SAME)).toBeUndefined();
  expect(code(MAPPED, MAPPED)).toBeUndefined();
  expect(code(undefined, SAME)).toBeUndefined();
  expect(code(undefined, undefined)).toBeUndefined();
  expect(code(undefined, MAPPED)).toBe('RESTORE_OWNERS_UNKNOWN');
  expect(code(MAPPED, undefined)).toBe('RESTORE_OWNERS_UNKNOWN');
  expect(done).toEqual([]);
});
