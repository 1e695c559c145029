import { expect, it } from 'vitest';
import { followJob } from '#cli/volume/job-progress.ts';
import type { JobProgress } from '#volume/engines/engine.ts';

/** What is shown of jobs that are told with seconds between them. */
function shown(seconds: number, ...jobs: readonly JobProgress[]): readonly string[] {
  const details: string[] = [];
  let nowMs = 0;
  const follow = followJob({ detail: (text) => details.push(text) }, () => nowMs);
  for (const job of jobs) {
    nowMs += seconds * 1000;
    follow(job);
  }
  return details;
}

const counted = { bytesTotal: 3_400_000_000, filesDone: 12, filesTotal: 90 };

it.each([
  [{ ...counted, bytesDone: 1_200_000_000, secondsLeft: 125 }, '1.2 GB of 3.4 GB, 12 of 90 files, about 2 min left'],
  [{ ...counted, bytesDone: 850_000_000 }, '850 MB of 3.4 GB, 12 of 90 files, about 30 s left'],
  [{ ...counted, bytesDone: 3_400_000_000 }, '3.4 GB of 3.4 GB, 12 of 90 files'],
  [{ filesDone: 3 }, '0 bytes, 3 files'],
  [{}, '0 bytes, 0 files'],
])('after ten seconds, %j', (job, words) => {
  expect(shown(10, job)).toEqual([words]);
});

it('a file that grows meanwhile leads to no nonsense', () => {
  const grown = { ...counted, bytesDone: 3_500_000_000, secondsLeft: 1e17 };
  expect(shown(10, grown)).toEqual(['3.5 GB, 12 of 90 files']);
});

it('the second pass has its own speed', () => {
  const half = { ...counted, bytesDone: 1_700_000_000 };
  expect(shown(1, { ...counted, bytesDone: 3_400_000_000 }, { bytesDone: 0 }, half, half).at(-1)).toBe(
    '1.7 GB of 3.4 GB, 12 of 90 files, about 2 s left',
  );
});
