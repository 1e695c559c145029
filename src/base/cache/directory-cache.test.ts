import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { directoryCache } from './directory-cache.ts';

describe('a cache directory', () => {
  let parent = '';
  let directory = '';
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'holdfast-cache-'));
    directory = join(parent, 'deep/cache');
  });
  afterEach(() => rmSync(parent, { recursive: true }));

  const onlyFile = () => join(directory, readdirSync(directory)[0] ?? '');

  it('gives back what was put into it, also to another run', () => {
    const cache = directoryCache(directory);
    expect(cache.get('a')).toBeUndefined();
    cache.put('a', Buffer.from('one'));
    cache.put('b', Buffer.alloc(0));
    cache.put('a', Buffer.from('two'));
    const later = directoryCache(directory);
    expect([later.get('a')?.toString(), later.get('b')?.length, later.get('c')]).toEqual(['two', 0, undefined]);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    expect(statSync(onlyFile()).mode & 0o777).toBe(0o600);
  });

  it('takes a torn or a changed file for none', () => {
    directoryCache(directory).put('a', Buffer.from('some bytes'));
    const whole = readFileSync(onlyFile());
    for (let length = 0; length < whole.length; length += 1) {
      writeFileSync(onlyFile(), whole.subarray(0, length));
      expect(directoryCache(directory).get('a')).toBeUndefined();
    }
    for (let at = 0; at < whole.length; at += 1) {
      const changed = Buffer.from(whole);
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
      writeFileSync(onlyFile(), changed);
      expect(directoryCache(directory).get('a')).toBeUndefined();
    }
    writeFileSync(onlyFile(), whole);
    expect(directoryCache(directory).get('a')?.toString()).toBe('some bytes');
  });

  it('is not used when others may write into it', () => {
    mkdirSync(directory, { recursive: true });
    chmodSync(directory, 0o777);
    directoryCache(directory).put('a', Buffer.from('x'));
    expect(readdirSync(directory)).toEqual([]);
    chmodSync(directory, 0o700);
    directoryCache(directory).put('a', Buffer.from('x'));
    chmodSync(directory, 0o720);
    expect(directoryCache(directory).get('a')).toBeUndefined();
  });

  it.skipIf(process.getuid?.() !== 0)('is not used when it belongs to someone else (skipped unless root)', () => {
    directoryCache(directory).put('a', Buffer.from('x'));
    chownSync(directory, 12_345, 12_345);
    expect(directoryCache(directory).get('a')).toBeUndefined();
  });

  it('is silent where there can be none', () => {
    writeFileSync(join(parent, 'file'), '');
    for (const impossible of [join(parent, 'file'), join(parent, 'file/cache'), join(parent, 'nul\0')]) {
      const cache = directoryCache(impossible);
      cache.put('a', Buffer.from('x'));
      expect(cache.get('a')).toBeUndefined();
    }
    const cache = directoryCache(directory);
    cache.put('a', Buffer.from('x'));
    rmSync(directory, { recursive: true });
    cache.put('b', Buffer.from('x'));
    expect([cache.get('a'), existsSync(directory)]).toEqual([undefined, false]);
  });

  it('lets the oldest go when there is too much', () => {
    const limits = { entries: 10, bytes: 1000, entryBytes: 100 };
    for (let run = 0; run < 12; run += 1) {
      directoryCache(directory, limits).put(`key ${run}`, Buffer.from(String(run)));
      for (const name of readdirSync(directory)) {
        const file = join(directory, name);
        const { mtimeMs } = statSync(file);
        utimesSync(file, 0, mtimeMs / 1000 - 100);
      }
    }
    const kept = Array.from({ length: 12 }, (_, run) => directoryCache(directory).get(`key ${run}`)?.toString());
    expect(kept.map((value) => value !== undefined).lastIndexOf(false)).toBe(5);
    expect(kept.slice(6)).toEqual(['6', '7', '8', '9', '10', '11']);

    directoryCache(directory, limits).put('too large', Buffer.alloc(101));
    expect(directoryCache(directory).get('too large')).toBeUndefined();
    for (let run = 0; run < 12; run += 1) directoryCache(directory, limits).put(`large ${run}`, Buffer.alloc(100));
    const bytes = readdirSync(directory).reduce((sum, name) => sum + statSync(join(directory, name)).size, 0);
    expect(bytes).toBeLessThan(1000 + 132);
  });
});
