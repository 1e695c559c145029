import { expect, it } from 'vitest';
import type { SnapshotTaken } from '#api/volume-snapshot-report.ts';
import { snapshotText } from '#cli/volume/snapshot-report.ts';

const capabilities = { privileged: false, added: [], dropped: [] };
const taken: SnapshotTaken = {
  ...{
    snapshot: 'a'.repeat(64),
    volume: 'db',
    method: 'pause',
    holdMs: 5,
    bytes: 7,
    bytesAdded: 3,
    files: 2,
    dumps: [],
  },
  ...{ complete: true, writersComplete: true, problems: [] },
  writers: [
    { container: 'b', name: 'db', image: 'postgres:15', digests: [], user: '', state: 'running', capabilities },
  ],
};

it('who wrote is told apart from who may have written', () => {
  expect(snapshotText(taken)).toBe(
    'aaaaaaaa  db: 2 files, 7 bytes (3 new), pause, held for 5 ms\nWritten by db (postgres:15).\n',
  );
  const gone = { container: 'c', name: 'job', image: 'busybox', digests: [], user: '', state: 'removed', alike: 2 };
  expect(snapshotText({ ...taken, writers: [...taken.writers, gone] })).toContain(
    'Written by db (postgres:15). Perhaps also by job and 2 like it (busybox): gone before it could be seen what they had mounted.',
  );
});

it('a snapshot that lacks something says so', () => {
  expect(snapshotText({ ...taken, complete: false })).toContain('held for 5 ms, INCOMPLETE\n');
});
