import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isMarkAlive, processMark, takeLock } from '#base/files/lock-file.ts';

let root = '';
let path = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'holdfast-lock-'));
  path = join(root, 'deep/lock');
});
afterEach(() => rmSync(root, { recursive: true }));

test('a lock of a living process is not taken, and is free again when it is released', () => {
  takeLock(path)?.release();
  writeFileSync(path, processMark(process.ppid));
  expect(takeLock(path)).toBeUndefined();
  rmSync(path);
  const lock = takeLock(path);
  expect(readFileSync(path, 'utf8')).toBe(processMark());
  lock?.release();
  expect(takeLock(path)).toBeDefined();
});

test('one of a dead process is taken over, also when its number was given to another, or the machine was started anew', () => {
  takeLock(path)?.release();
  const [pid, start, boot] = processMark(process.ppid).split(' ');
  for (const mark of ['', 'junk', '-1', '99999999', `${pid} ${Number(start) + 1} ${boot}`, `${pid} ${start} before`]) {
    writeFileSync(path, mark);
    const lock = takeLock(path);
    expect(lock, mark).toBeDefined();
    lock?.release();
  }
});

test('nothing is left beside it', () => {
  const lock = takeLock(path);
  expect(takeLock(path)).toBeDefined();
  expect(readdirSync(join(root, 'deep'))).toEqual(['lock']);
  lock?.release();
  expect(readdirSync(join(root, 'deep'))).toEqual([]);
});

test('older versions left a number alone', () => {
  expect(isMarkAlive(String(process.ppid))).toBe(true);
  expect(isMarkAlive('99999999')).toBe(false);
});
