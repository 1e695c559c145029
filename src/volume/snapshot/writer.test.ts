import { expect, it } from 'vitest';
import type { Writer } from '#volume/snapshot/events.ts';
import { allWriters } from '#volume/snapshot/writer.ts';

const writer = (container: string, more: Partial<Writer> = {}): Writer => ({
  ...{ container, name: container, image: 'app:1', imageId: 'sha256:1', digests: [], user: '', state: 'removed' },
  ...more,
});

it('containers that are gone and were alike are one line; others, and those that are there, are not', () => {
  const there = [writer('a', { state: 'running' }), writer('b', { state: 'running' })];
  const seen = [writer('a'), writer('c'), writer('d'), writer('e', { imageId: 'sha256:2' }), writer('f')];
  expect(allWriters(there, seen)).toEqual({
    writers: [...there, writer('f', { alike: 2 }), writer('e', { imageId: 'sha256:2' })],
    whole: true,
  });
});

it('what an event has no room for is said to be missing', () => {
  const many = Array.from({ length: 500 }, (_, at) => writer(`${at}`.padStart(64, '0'), { imageId: `sha256:${at}` }));
  const { writers, whole } = allWriters([], many);
  expect(whole).toBe(false);
  expect(Buffer.byteLength(JSON.stringify(writers))).toBeLessThan(41 * 1024);
  expect(writers.length).toBeGreaterThan(100);
});
