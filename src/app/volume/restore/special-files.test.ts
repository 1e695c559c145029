import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { specialFiles } from '#app/volume/restore/special-files.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'holdfast-special-'));
  mkdirSync(join(root, 'data/deep'), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true }));
const look = () => specialFiles(Buffer.from(join(root, 'data')));

test('plain data is nothing to tell of; links are not followed, directories that give their group on neither', () => {
  writeFileSync(Buffer.concat([Buffer.from(`${root}/data/`), Buffer.from([0x66, 0xff])]), '');
  writeFileSync(join(root, 'outside'), '');
  chmodSync(join(root, 'outside'), 0o4755);
  symlinkSync(join(root, 'outside'), join(root, 'data/link'));
  chmodSync(join(root, 'data/deep'), 0o2775);
  writeFileSync(join(root, 'data/no-program'), '');
  chmodSync(join(root, 'data/no-program'), 0o4644);
  expect(look()).toBeUndefined();
});

test('a program that runs as its owner is told', () => {
  writeFileSync(join(root, 'data/deep/shell'), '');
  chmodSync(join(root, 'data/deep/shell'), 0o4755);
  expect(look()).toMatchObject({
    code: 'RESTORE_SPECIAL_FILES',
    message: expect.stringContaining('1 of them (shell)'),
  });
});

test.skipIf(process.getuid?.() !== 0)('a device is told', () => {
  execFileSync('mknod', [join(root, 'data/null'), 'c', '1', '3']);
  expect(look()).toMatchObject({ message: expect.stringContaining('(null)') });
});
