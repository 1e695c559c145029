import { expect, test } from 'vitest';
import { type JobEnd, saidOfEnd, toldOfEnd } from '#app/volume/daemon/do-job.ts';
import type { Job } from '#app/volume/daemon/due-jobs.ts';

const job: Job = {
  ...{ kind: 'snapshot', schedule: 'nightly', repository: 'main', at: new Date(0), failures: 0 },
  unit: { kind: 'volume', name: 'db' },
};

test('what a dump wrote is said on this machine, and told to nobody elsewhere', () => {
  const message = 'No dump of db: The dump failed: it ended with 1 (curl -u admin:hunter2 refused)';
  const end: JobEnd = { kind: 'incomplete', message: 'Snapshot of db', problems: [{ code: 'DUMP_FAILED', message }] };
  expect(saidOfEnd(job, end).message).toContain('hunter2');
  expect(toldOfEnd(job, end)).toEqual({
    ...{ kind: 'failed', code: 'DUMP_FAILED' },
    message: 'Snapshot of db; not all could be read or dumped',
  });
});
