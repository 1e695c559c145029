import type { TakenSnapshot, TakeSnapshotDeps } from '#app/volume/snapshot/taking.ts';
import { takeTogether } from '#app/volume/snapshot/together.ts';
import { discover } from '#volume/discover/discover.ts';
import { subjectOf } from '#volume/snapshot/subject.ts';

export type { TakenSnapshot, TakeSnapshotDeps } from '#app/volume/snapshot/taking.ts';

/**
 * Takes a consistent snapshot of a volume, or of a directory of the host by its absolute path: dumps of the databases that
 * run, a pass over the files while everything runs, and another while the writers are held. Who wrote stands in the ledger
 * before, and in the snapshot as `manifest.json`.
 * @throws `VOLUME_UNKNOWN`, `VOLUME_NOT_READABLE`, `BIND_UNSUITABLE`, and what {@link takeTogether} throws
 */
export async function takeSnapshot(deps: TakeSnapshotDeps, name: string): Promise<TakenSnapshot> {
  const subject = subjectOf(await discover(deps.engine, { layers: false, contents: false, now: deps.now() }), name);
  const [taken] = await takeTogether(deps, { subjects: [subject], writers: subject.writers });
  if (taken === undefined) throw new RangeError('one subject gives one snapshot');
  return taken;
}
