import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { replaceFile } from '#base/files/replace-file.ts';

const directory = mkdtempSync(join(tmpdir(), 'holdfast-replace-'));
afterAll(() => rmSync(directory, { recursive: true }));

it('puts the whole new file in place of the old one', async () => {
  const path = join(directory, 'deep', 'er', 'file');
  await replaceFile(path, (append) => append(Buffer.from('old')));
  const result = await replaceFile(path, async (append) => {
    append(Buffer.from('new '));
    expect(readFileSync(path, 'utf8')).toBe('old');
    append(Buffer.from('bytes'));
    return 7;
  });
  expect(result).toBe(7);
  expect(readFileSync(path, 'utf8')).toBe('new bytes');
  expect(readdirSync(join(directory, 'deep', 'er'))).toEqual(['file']);
});

it('leaves the old file, and nothing else, when writing fails', async () => {
  const path = join(directory, 'kept');
  writeFileSync(path, 'old');
  const failing = replaceFile(path, (append) => {
    append(Buffer.from('half'));
    throw new Error('the disk is full');
  });
  await expect(failing).rejects.toThrow('the disk is full');
  expect(readFileSync(path, 'utf8')).toBe('old');
  expect(readdirSync(directory).filter((name) => name.includes('kept'))).toEqual(['kept']);
});
