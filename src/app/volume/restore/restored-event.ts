import type { PickedSnapshot } from '#app/volume/restore/pick-snapshot.ts';
import type { LostFile, RestoreDeps, RestoreRequest } from '#app/volume/restore/restore-types.ts';
import type { VolumeRestored } from '#volume/snapshot/events.ts';
import { targetStream } from '#volume/snapshot/tags.ts';

const MOST_CHARACTERS = 1000;

/** What the ledger is told of a restore, and in which stream: that of what has the data now. */
export function restoredEvent(
  { repository: { settings } }: Pick<RestoreDeps, 'repository'>,
  { place, path }: RestoreRequest,
  { row, subject }: PickedSnapshot,
  to: string,
  lost: readonly LostFile[],
  engine?: string,
): { readonly stream: string; readonly event: VolumeRestored } {
  const event: VolumeRestored = {
    volume: bounded(subject?.name ?? row.paths[0] ?? '/'),
    repository: { name: settings.name, id: settings.id },
    ...{ snapshot: row.id, to: bounded(to), place: place.kind },
    ...(subject?.kind === 'bind' ? { kind: subject.kind } : {}),
    ...(path === undefined ? {} : { path: bounded(path) }),
    ...(engine === undefined ? {} : { engine }),
    ...(lost.length === 0 ? {} : { lost: lost.length }),
  };
  const stream =
    place.kind === 'volume'
      ? targetStream(to)
      : subject === undefined
        ? `repository:${settings.id}`
        : targetStream(subject.name);
  return { stream, event };
}

function bounded(text: string): string {
  return text.toWellFormed().slice(0, MOST_CHARACTERS).toWellFormed();
}
