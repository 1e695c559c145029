import type { SnapshotList } from '#api/volume-snapshot-report.ts';
import type { OpenRecord } from '#app/home/open-record.ts';
import type { OpenRepository } from '#app/volume/repositories/open-repository.ts';
import { knownSnapshots } from '#app/volume/snapshot/known-snapshots.ts';

/** The snapshots of a repository beside what the record knows of it: foreign ones and missing ones are seen. */
export async function listSnapshots(
  record: OpenRecord,
  { settings, engine }: OpenRepository,
  volume: string | undefined,
): Promise<SnapshotList> {
  const known = await knownSnapshots(record, settings.id);
  const rows = await engine.snapshots();
  const there = new Set(rows.flatMap(({ id, original }) => [id, ...(original === undefined ? [] : [original])]));
  const wanted = (name: string | null) => volume === undefined || name === volume;
  return {
    snapshots: rows
      .map(({ id, time, tags, host, paths, original }) => {
        const event = known.get(id) ?? known.get(original ?? '');
        const tagged = tags.find((tag) => tag.startsWith('volume='))?.slice('volume='.length);
        return {
          ...{ snapshot: id, time, host, paths: [...paths] },
          volume: event?.volume ?? tagged ?? null,
          method: event?.method ?? null,
          position: event?.position ?? null,
        };
      })
      .filter((row) => wanted(row.volume)),
    missing: [...known.values()]
      .filter(({ snapshot, volume: name }) => !there.has(snapshot) && wanted(name))
      .map(({ snapshot, at, volume: name, position }) => ({ snapshot, time: at, volume: name, position })),
  };
}
