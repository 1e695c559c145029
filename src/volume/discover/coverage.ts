import type { DiscoveredContainer, DiscoveredVolume, LookedAt } from '#volume/discover/discovery.ts';
import type { HostMounts } from '#volume/discover/host/outside-mounts.ts';

/** What {@link coverageOf} tells about. */
export interface Looked {
  readonly containers: readonly DiscoveredContainer[];
  readonly volumes: readonly DiscoveredVolume[];
  readonly layers: boolean;
  /** Whether the directories of volumes could be read. */
  readonly open: boolean;
  readonly mounts: HostMounts | undefined;
  /** Containers that the engine listed. */
  readonly asked: number;
}

/** What was looked at and what was not, a line for each kind of thing. */
export function coverageOf({ containers, volumes, layers, open, mounts, asked }: Looked): readonly LookedAt[] {
  const missing = asked - containers.length;
  const unread = volumes.filter(({ contents }) => contents === undefined).length;
  const partly = volumes.filter(({ contents }) => contents?.complete === false).length;
  const noLayer = containers.filter(({ layer }) => layer === undefined).length;
  const byEngine = containers.filter(({ layer }) => layer?.seen === 'engine').length;
  const elsewhere = 'The engine’s directories are not this machine’s, or not open to this user.';
  return [
    {
      subject: 'containers',
      state: missing > 0 ? 'failed' : 'covered',
      count: asked,
      reason: missing > 0 ? `${missing} of ${asked} could not be read or went meanwhile.` : 'All were read.',
    },
    { subject: 'volumes', state: 'covered', count: volumes.length, reason: 'All that the engine lists.' },
    {
      subject: 'volume contents',
      state: unread > 0 ? 'failed' : open || volumes.length === 0 ? 'covered' : 'not-collected',
      count: volumes.length,
      reason:
        unread > 0
          ? `${unread} of ${volumes.length} could be neither read nor asked for.`
          : !open && volumes.length > 0
            ? `Sizes only, from the engine. ${elsewhere}`
            : partly > 0
              ? `${partly} of ${volumes.length} only in part: their sizes are the least there is.`
              : 'All were read.',
    },
    {
      subject: 'writable layers',
      state: !layers ? 'not-collected' : noLayer > 0 ? 'failed' : 'covered',
      count: containers.length,
      reason: !layers
        ? 'Not asked for: holdfast volume doctor looks at them.'
        : noLayer > 0
          ? `${noLayer} of ${containers.length} could not be read.`
          : byEngine > 0
            ? `${byEngine} of ${containers.length} from the engine’s list of changes, without sizes of directories.`
            : 'All were read in place.',
    },
    {
      subject: 'other mounters',
      state: mounts === undefined ? 'not-collected' : 'covered',
      count: mounts?.others.length ?? 0,
      reason:
        mounts === undefined
          ? elsewhere
          : mounts.unreadable > 0
            ? `Mount namespaces of this host; ${mounts.unreadable} processes did not show theirs.`
            : 'All mount namespaces of this host.',
    },
  ];
}
