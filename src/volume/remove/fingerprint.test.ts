import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { fingerprint } from '#volume/remove/fingerprint.ts';

let place: string;

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'holdfast-fingerprint-'));
  mkdirSync(join(place, 'deep/er'), { recursive: true });
  for (const name of ['a', 'deep/b', 'deep/er/c']) writeFileSync(join(place, name), name);
  symlinkSync('nowhere', join(place, 'link'));
  writeFileSync(Buffer.concat([Buffer.from(`${place}/`), Buffer.from([0xff, 0xfe])]), 'no UTF-8');
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

it('is the same as long as nothing is written', () => {
  expect(fingerprint(place)).toMatch(/^[0-9a-f]{64}$/);
  expect(fingerprint(place)).toBe(fingerprint(place));
});

it.each<[string, (path: string) => void]>([
  ['content', (path) => appendFileSync(join(path, 'deep/er/c'), 'more')],
  ['a new file', (path) => writeFileSync(join(path, 'deep/new'), '')],
  ['a file that went', (path) => rmSync(join(path, 'a'))],
  ['another name', (path) => renameSync(join(path, 'deep/b'), join(path, 'deep/c'))],
  ['other rights', (path) => chmodSync(join(path, 'a'), 0o600)],
])('is another one after %s', (_, change) => {
  const before = fingerprint(place);
  change(place);
  expect(fingerprint(place)).not.toBe(before);
});

it('is none where not all can be seen', () => {
  expect(fingerprint(join(place, 'absent'))).toBeUndefined();
  expect(fingerprint(place, 3)).toBeUndefined();
});
