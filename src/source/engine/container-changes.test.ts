import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Engine } from '#base/engine/engine.ts';
import { hiddenByContainer } from '#source/engine/container-changes.ts';

let layer: string;
beforeEach(() => {
  layer = mkdtempSync(join(tmpdir(), 'holdfast-upper-'));
});
afterEach(() => rmSync(layer, { recursive: true }));

let asked = 0;
function engineWith(changes: unknown): Engine {
  asked = 0;
  return {
    address: 'unix:///fake',
    apiVersion: '1.41',
    podman: false,
    stream: async () => undefined,
    read: async () => {
      asked += 1;
      return Buffer.from(JSON.stringify(changes));
    },
  };
}

const deleted = (...paths: readonly string[]) => paths.map((path) => ({ Path: path, Kind: 2 }));
const hidden = (changes: unknown) => hiddenByContainer(engineWith(changes), 'c', layer);

test('a layer without directories hides nothing, and the engine is not asked', async () => {
  writeFileSync(join(layer, 'file'), '');
  expect(await hidden(deleted('/etc/passwd'))).toEqual([]);
  expect(asked).toBe(0);
});

test('what was deleted without a whiteout is hidden by its directory', async () => {
  mkdirSync(join(layer, 'opt/a'), { recursive: true });
  expect(await hidden([{ Path: '/opt', Kind: 0 }, { Path: '/opt/a/new', Kind: 1 }, ...deleted('/opt/a/c')])).toEqual([
    'opt/a',
  ]);
});

test('a deleted path that is a directory was made anew', async () => {
  mkdirSync(join(layer, 'opt/a'), { recursive: true });
  expect(await hidden(deleted('/opt/a'))).toEqual(['opt/a']);
});

test('a file, a link or a whiteout in the place of what was deleted hides it on its own', async () => {
  mkdirSync(join(layer, 'etc'));
  writeFileSync(join(layer, 'etc/file'), '');
  symlinkSync('/nowhere', join(layer, 'etc/link'));
  expect(await hidden(deleted('/etc/file', '/etc/link'))).toEqual([]);
});

test('what lies behind a link is not in the layer', async () => {
  mkdirSync(join(layer, 'dir'));
  symlinkSync('/usr', join(layer, 'link'));
  expect(await hidden(deleted('/link/lib/x', '/link/share', '/gone/below'))).toEqual([]);
});

test('the root never hides the whole image', async () => {
  mkdirSync(join(layer, 'dir'));
  await expect(hidden(deleted('/old'))).rejects.toMatchObject({ code: 'ENGINE_STORAGE_UNREADABLE' });
});

test('an answer that is not understood sends the reader to the export', async () => {
  mkdirSync(join(layer, 'dir'));
  for (const odd of [{}, [{ Path: 1, Kind: 2 }], [{ Path: '/x', Kind: 9 }], deleted('/'), deleted('/../..')]) {
    await expect(hidden(odd)).rejects.toMatchObject({ code: 'ENGINE_STORAGE_UNREADABLE' });
  }
  expect(await hidden(null)).toEqual([]);
});
