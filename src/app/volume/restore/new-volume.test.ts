import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { EngineControl, PostOptions } from '#base/engine/engine.ts';
import { makeVolume, unmakeVolume } from './new-volume.ts';

let mountpoint: string;
let volumes: Map<string, object>;
beforeEach(() => {
  mountpoint = mkdtempSync(join(tmpdir(), 'holdfast-volume-'));
  volumes = new Map();
});
afterEach(() => rmSync(mountpoint, { recursive: true }));

/** An engine that keeps volumes, all of them at one place. */
function engine(): EngineControl {
  const nameIn = (path: string) => path.slice('/volumes/'.length);
  const bodyOf = (found: object) => Buffer.from(JSON.stringify(found));
  return {
    ...{ address: 'unix:///engine', apiVersion: '1.41', podman: false },
    read: async (path: string) => {
      const found = volumes.get(nameIn(path));
      return found && bodyOf(found);
    },
    post: async (_: string, { body = {} }: PostOptions = {}) => {
      const made = { Name: body['Name'], Labels: body['Labels'], Mountpoint: mountpoint };
      volumes.set(String(body['Name']), made);
      return { status: 201, body: bodyOf(made) };
    },
    remove: async (path: string) => ({ status: volumes.delete(nameIn(path)) ? 204 : 404, body: Buffer.alloc(0) }),
  } as unknown as EngineControl;
}

test('a volume that a restore made and could not fill is taken away', async () => {
  expect(await makeVolume(engine(), 'new', 'a')).toBe(mountpoint);
  await unmakeVolume(engine(), 'new', 'a');
  expect([...volumes]).toEqual([]);
  // It may have gone by itself.
  await unmakeVolume(engine(), 'new', 'a');
});

test('one in which something is stays, and so does one that somebody else, or another restore, made', async () => {
  await makeVolume(engine(), 'new', 'a');
  await unmakeVolume(engine(), 'new', 'b');
  writeFileSync(join(mountpoint, 'file'), '');
  await unmakeVolume(engine(), 'new', 'a');
  volumes.set('theirs', { Name: 'theirs', Labels: {}, Mountpoint: '/nowhere' });
  await unmakeVolume(engine(), 'theirs', 'a');
  expect([...volumes.keys()]).toEqual(['new', 'theirs']);
});
