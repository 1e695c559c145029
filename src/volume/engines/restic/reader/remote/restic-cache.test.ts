import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { OpenFiles } from '../files.ts';
import { withResticCache } from './restic-cache.ts';

const CONTENT = Buffer.from('of an index');
const NAME = createHash('sha256').update(CONTENT).digest('hex');

let cache = '';
let asked: string[] = [];
const server: OpenFiles = {
  list: async function* () {},
  read: async (kind, name, offset) => {
    asked.push(`${kind} ${name.slice(0, 4)} ${offset ?? 'whole'}`);
    return Buffer.from('of the server');
  },
  close: async () => undefined,
};
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'holdfast-restic-cache-'));
  asked = [];
});
afterEach(() => rmSync(cache, { recursive: true, force: true }));

function kept(folder: string, name: string, bytes: Buffer): void {
  mkdirSync(join(cache, folder, name.slice(0, 2)), { recursive: true });
  writeFileSync(join(cache, folder, name.slice(0, 2), name), bytes);
}

it('takes indexes and snapshots from the cache when they are what their names say, and all else from the server', async () => {
  for (const folder of ['index', 'snapshots', 'data', 'keys']) kept(folder, NAME, CONTENT);
  const files = withResticCache(server, cache);
  expect((await files.read('index', NAME)).equals(CONTENT)).toBe(true);
  expect((await files.read('snapshot', NAME)).equals(CONTENT)).toBe(true);
  expect(asked).toEqual([]);
  for (const kind of ['key', 'pack', 'config'] as const) await files.read(kind, NAME);
  await files.read('index', NAME, 2, 3);
  expect(asked).toEqual(
    ['key', 'pack', 'config'].map((kind) => `${kind} ${NAME.slice(0, 4)} whole`).concat(`index ${NAME.slice(0, 4)} 2`),
  );
});

it('believes nothing that was changed in the cache, and needs none', async () => {
  kept('index', NAME, Buffer.from('of an indeX'));
  expect((await withResticCache(server, cache).read('index', NAME)).toString()).toBe('of the server');
  expect((await withResticCache(server, '/nowhere').read('snapshot', NAME)).toString()).toBe('of the server');
  expect(asked).toHaveLength(2);
});
