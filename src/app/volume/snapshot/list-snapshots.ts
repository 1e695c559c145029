import type { SnapshotList } from '#api/volume-snapshot-report.ts';
import type { OpenRecord } from '#app/home/open-record.ts';
import { lastDrills } from '#app/volume/drill/last-drills.ts';
import type { OpenRepository } from '#app/volume/repositories/open-repository.ts';
import { knownSnapshots, knownStacks } from '#app/volume/snapshot/known-snapshots.ts';
import { FIRST_PASS_TAG } from '#volume/snapshot/tags.ts';
import { wholeName } from '#volume/snapshot/whole-name.ts';

/** The snapshots of a repository beside what the record knows of it: foreign ones and missing ones are seen. */
export async function listSnapshots(
  record: OpenRecord,
  { settings, engine }: OpenRepository,
  volume: string | undefined,
): Promise<SnapshotList> {
  const known = await knownSnapshots(record, settings.id);
  const stacks = await knownStacks(record, settings.id);
  const drills = await lastDrills(record);
  // First passes are of a run that is under way, or has died: nothing that could be restored.
  const rows = (await engine.snapshots()).filter(({ tags }) => !tags.includes(FIRST_PASS_TAG));
  const there = new Set(rows.flatMap(({ id, original }) => [id, ...(original === undefined ? [] : [original])]));
  const names = rows.flatMap(({ tags }) => tagged(tags, 'volume=') ?? []);
  const meant = volume === undefined ? undefined : wholeName(volume, names);
  const wanted = (name: string | null) => meant === undefined || name === meant;
  return {
    snapshots: rows
      .map(({ id, time, tags, host, paths, original }) => {
        const event = known.get(id) ?? known.get(original ?? '');
        const stack = stacks.get(id) ?? stacks.get(original ?? '');
        return {
          ...{ snapshot: id, time, host, paths: [...paths] },
          volume: event?.volume ?? tagged(tags, 'volume=') ?? tagged(tags, 'bind=') ?? null,
          stack: event?.stack ?? stack?.stack ?? tagged(tags, 'stack=') ?? null,
          method: event?.method ?? stack?.method ?? null,
          position: event?.position ?? stack?.position ?? null,
          drilled: drills.get(id) ?? drills.get(original ?? '') ?? null,
        };
      })
      .filter((row) => wanted(row.volume)),
    missing: [
      ...[...known.values()].filter(({ volume: name, leaving }) => !leaving && wanted(name)),
      ...[...stacks.values()]
        .filter(() => volume === undefined)
        .map((one) => ({ ...one, volume: `stack ${one.stack}` })),
    ]
      .filter(({ snapshot }) => !there.has(snapshot))
      .map(({ snapshot, at, volume: name, position }) => ({ snapshot, time: at, volume: name, position })),
  };
}

function tagged(tags: readonly string[], prefix: string): string | undefined {
  return tags.find((tag) => tag.startsWith(prefix))?.slice(prefix.length);
}
