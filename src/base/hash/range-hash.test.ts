import { createHash, randomBytes } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createRangeHasher, type RangeHasher } from './range-hash.ts';

const BYTES = randomBytes(9 * 1024 * 1024);
const expected = (from: number, length: number, algorithm = 'sha256') =>
  createHash(algorithm)
    .update(BYTES.subarray(from, from + length))
    .digest('hex');

describe('hashing ranges of a file', () => {
  let directory = '';
  let fd = -1;
  let hasher: RangeHasher | undefined;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'holdfast-hash-'));
    writeFileSync(join(directory, 'bytes'), BYTES);
    fd = openSync(join(directory, 'bytes'), 'r');
  });
  afterAll(() => {
    closeSync(fd);
    rmSync(directory, { recursive: true });
  });
  afterEach(() => hasher?.close());

  it('gives the digest of small ranges and of large ones, several at once', async () => {
    const used = createRangeHasher();
    hasher = used;
    const asked = [
      [0, 0, 'sha256'],
      [17, 1000, 'sha512'],
      [3, 5 * 1024 * 1024, 'sha256'],
      [1024, 8 * 1024 * 1024, 'sha384'],
      [4 * 1024 * 1024, 99, 'sha256'],
    ] as const;
    const got = await Promise.all(asked.map(([from, length, algorithm]) => used.hash(fd, from, length, algorithm)));
    expect(got).toEqual(asked.map(([from, length, algorithm]) => expected(from, length, algorithm)));
  });

  it('ends where the file ends', async () => {
    hasher = createRangeHasher();
    expect(await hasher.hash(fd, BYTES.length - 10, 1000, 'sha256')).toBe(expected(BYTES.length - 10, 10));
    expect(await hasher.hash(fd, 1, 2 ** 40, 'sha256')).toBe(expected(1, BYTES.length));
  });

  it('says what cannot be read', async () => {
    hasher = createRangeHasher();
    const directoryFd = openSync(directory, 'r');
    try {
      for (const length of [100, 2 ** 30]) {
        await expect(hasher.hash(directoryFd, 0, length, 'sha256')).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
      }
    } finally {
      closeSync(directoryFd);
    }
  });

  it('leaves nobody waiting when it is closed', async () => {
    hasher = createRangeHasher();
    const pending = expect(hasher.hash(fd, 0, BYTES.length, 'sha256')).rejects.toMatchObject({ code: 'HASHER_CLOSED' });
    await hasher.close();
    await pending;
    expect(await hasher.hash(fd, 0, BYTES.length, 'sha256')).toBe(expected(0, BYTES.length));
  });
});
