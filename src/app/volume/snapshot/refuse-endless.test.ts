import { expect, test } from 'vitest';
import { refuseEndless } from '#app/volume/snapshot/refuse-endless.ts';
import type { JobOptions, PassDone, SnapshotEngine } from '#volume/engines/engine.ts';

const TERABYTE = 1024 ** 4;
const done: PassDone = {
  ...{ kind: 'complete', shortId: 'a'.repeat(8), bytesProcessed: 1, bytesAdded: 1, files: 1, seconds: 1, problems: [] },
};

/** A pass that says how much there is, and goes on until it is ended, or done. */
async function pass(bytesTotal: number, { progress, signal }: JobOptions = {}): Promise<PassDone> {
  progress?.({ bytesTotal });
  if (signal?.aborted === true) throw new Error('it was ended');
  return done;
}

function engineOf(bytesTotal: number): SnapshotEngine {
  const plain: Partial<SnapshotEngine> = {
    pass: (_, options) => pass(bytesTotal, options),
    prepare: () => ({
      ready: Promise.resolve(),
      go: (options) => pass(bytesTotal, options),
      cancel: async () => undefined,
    }),
  };
  return refuseEndless(plain as SnapshotEngine, () => TERABYTE);
}

const request = { paths: ['/v', '/staging'], tags: [], host: 'h' };

test('files that claim more than their filesystem can explain are not read for weeks', async () => {
  for (const run of [
    engineOf(22 * TERABYTE).pass(request),
    engineOf(22 * TERABYTE)
      .prepare(request)
      .go(),
  ]) {
    await expect(run).rejects.toMatchObject({ code: 'SNAPSHOT_IMPLAUSIBLE' });
  }
});

test('what holes and compression explain is read, and whoever watches it is told', async () => {
  const told: number[] = [];
  const progress: JobOptions['progress'] = ({ bytesTotal = 0 }) => told.push(bytesTotal);
  expect(await engineOf(20 * TERABYTE).pass(request, { progress })).toEqual(done);
  expect(
    await engineOf(20 * TERABYTE)
      .prepare(request)
      .go({ progress }),
  ).toEqual(done);
  expect(told).toEqual([20 * TERABYTE, 20 * TERABYTE]);
});

test('an end that others asked for is theirs', async () => {
  const ending = new AbortController();
  ending.abort();
  await expect(engineOf(1).pass(request, { signal: ending.signal })).rejects.toThrow('it was ended');
});
