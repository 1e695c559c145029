import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { surveyTree } from '#volume/discover/survey.ts';

const LIMITS = { entries: 1_000, depth: 8 };
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'holdfast-survey-'));
});
afterEach(() => rmSync(root, { recursive: true }));
function put(path: string, content: string | Buffer = 'x') {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), content);
}

describe.skipIf(process.platform !== 'linux')('a survey (Linux: through /proc/self/fd)', () => {
  test('counts files, sizes and databases; a cluster is told once', () => {
    put('pg/PG_VERSION', '16\n');
    put('pg/base/1/PG_VERSION', '16\n');
    put('a/b/c/d/e/f', 'abc');
    put('app.sqlite', Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(100)]));
    put('without-name', Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(4080)]));
    put('not.db', 'SQLite format 2');
    put('usr/share/x.db', 'SQLite format 3\0');
    const seen = surveyTree(root, LIMITS);
    expect(seen).toMatchObject({ files: 7, complete: true });
    expect(seen?.databases.map(({ title, path }) => `${title} ${path}`)).toEqual([
      'SQLite /app.sqlite',
      'PostgreSQL /pg/PG_VERSION',
      'SQLite /without-name',
    ]);
    expect(seen?.directories.get('/a/b/c/d')).toBe(3);
  });

  test('follows no link, and leaves mounts out', () => {
    put('real/PG_VERSION');
    put('mounted/PG_VERSION');
    symlinkSync('/etc', join(root, 'etc'));
    symlinkSync('real/PG_VERSION', join(root, 'ibdata1'));
    const seen = surveyTree(root, LIMITS, ['/mounted']);
    expect(seen).toMatchObject({ files: 1, complete: true, databases: [{ path: '/real/PG_VERSION' }] });
    symlinkSync(root, join(root, 'self'));
    expect(surveyTree(join(root, 'self'), LIMITS)).toBeUndefined();
  });

  test('a limit that is reached is said', () => {
    for (let index = 0; index < 20; index += 1) put(`f${index}`);
    expect(surveyTree(root, { entries: 10, depth: 8 })).toMatchObject({ complete: false, files: 10 });
    put('a/b/c/d');
    expect(surveyTree(root, { entries: 100, depth: 1 })?.complete).toBe(false);
    expect(surveyTree(join(root, 'absent'), LIMITS)).toBeUndefined();
  });

  test('names that are no UTF-8 are counted too', () => {
    writeFileSync(Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0x66, 0xff, 0xfe])]), 'abc');
    expect(surveyTree(root, LIMITS)).toMatchObject({ files: 1, sizeBytes: 3, complete: true });
  });
});
