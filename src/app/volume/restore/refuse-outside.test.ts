import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isInside, refuseOdd, refuseOutside } from './refuse-outside.ts';

let root = '';
const at = (...parts: readonly string[]) => Buffer.from(join(root, ...parts));
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'holdfast-outside-'));
  mkdirSync(join(root, 'in/deep'), { recursive: true });
  mkdirSync(join(root, 'out'));
  writeFileSync(join(root, 'in/deep/file'), '');
  writeFileSync(join(root, 'out/file'), '');
  symlinkSync(join(root, 'out'), join(root, 'in/link'));
});
afterAll(() => rmSync(root, { recursive: true }));

test('a path of a snapshot that leads out of it is refused', () => {
  const refused = expect.objectContaining({ code: 'SNAPSHOT_PATH_REFUSED' });
  for (const path of ['..', '../../etc', 'a/../../b', 'a/..', './a', 'a/.', 'a\0b']) {
    expect(() => refuseOutside(Buffer.from(path)), path).toThrow(refused);
  }
  for (const path of ['', 'a', 'a/b', '..a/b..', 'a/...', '.hidden']) refuseOutside(Buffer.from(path));
});

test('what lies behind a link does not lie there', () => {
  expect(isInside(at('in'), Buffer.from('deep/file'))).toBe(true);
  expect(isInside(at('in'), Buffer.from('link'))).toBe(true);
  expect(isInside(at('in'), Buffer.from('link/file'))).toBe(false);
  expect(isInside(at('in'), Buffer.from('deep/file/more'))).toBe(false);
  expect(isInside(at('in'), Buffer.from('none/file'))).toBe(false);
});

test('a link, a pipe or the wrong kind is not put where data is to be', () => {
  const refused = expect.objectContaining({ code: 'SNAPSHOT_KIND_REFUSED' });
  expect(() => refuseOdd(at('in/link'))).toThrow(refused);
  expect(() => refuseOdd(at('in/deep/file'), 'directory')).toThrow(refused);
  refuseOdd(at('in/deep/file'));
  refuseOdd(at('in/deep'), 'directory');
});
