import type { DiscoveredVolume, Discovery } from '#volume/discover/discovery.ts';
import type { Kept } from '#volume/doctor/kept.ts';
import { isEmpty, isMadeAgain } from '#volume/doctor/where.ts';

/** Volumes with data of which no complete snapshot is on the record: all of them where there is no record. */
export function unkeptVolumes(discovery: Discovery, kept: Kept | undefined): readonly DiscoveredVolume[] {
  return discovery.volumes.filter(
    (volume) =>
      isWorthKeeping(discovery, volume) &&
      volume.contents !== undefined &&
      !isEmpty(volume.contents) &&
      kept?.targets.has(volume.name) !== true,
  );
}

/** Whether it is missed that nobody asked for a snapshot: not of what builders and caches keep, nor of what has no name. */
export function isWorthKeeping(
  { containers }: Discovery,
  { anonymous, users }: Pick<DiscoveredVolume, 'anonymous' | 'users'>,
): boolean {
  if (anonymous) return false;
  const concerned = users.map(({ container, destination }) => ({
    container: containers.find(({ id }) => id === container),
    destination,
  }));
  return (
    concerned.length === 0 ||
    concerned.some(({ container, destination }) => container?.builder !== true && !isMadeAgain(destination))
  );
}
