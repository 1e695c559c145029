import { isWithin } from '#core/container-path.ts';
import type { DiscoveredContainer, DiscoveredMount, Discovery, TreeSurvey } from '#volume/discover/discovery.ts';
import type { DoctorSeverity } from '#volume/doctor/rule.ts';
import { contentsOf, isEmpty, isMadeAgain, mountAt } from '#volume/doctor/where.ts';

/** An anonymous volume whose loss would be one. */
export interface AnonymousPlace {
  readonly container: DiscoveredContainer;
  readonly mount: DiscoveredMount;
  readonly contents: TreeSurvey | undefined;
  /** `high`: a database or a known data directory. `low`: nothing is in it yet. */
  readonly severity: DoctorSeverity;
  readonly service?: string;
}

/** The anonymous volumes that may hold data: not caches and logs, not those of clients, builders and caches in memory. */
export function anonymousPlaces(discovery: Discovery): readonly AnonymousPlace[] {
  return discovery.containers.flatMap((container) =>
    container.mounts
      .filter(({ kind, writable, from }) => kind === 'anonymous' && writable && from === undefined)
      .flatMap((mount) => {
        const contents = contentsOf(discovery, mount);
        const severity = worth(container, mount, contents);
        if (severity === undefined) return [];
        const service = container.service?.directories.some((path) => isWithin(path, mount.destination))
          ? { service: container.service.title }
          : {};
        return [{ container, mount, contents, severity, ...service }];
      }),
  );
}

function worth(
  container: DiscoveredContainer,
  mount: DiscoveredMount,
  contents: TreeSurvey | undefined,
): DoctorSeverity | undefined {
  const { service, builder } = container;
  const { destination } = mount;
  if (builder) return undefined;
  if (contents !== undefined && contents.databases.length > 0) return 'high';
  if (isMadeAgain(destination)) return undefined;
  const empty = isEmpty(contents);
  if (service !== undefined) {
    const below = service.directories.filter((path) => isWithin(path, destination));
    const itsData = below.some((path) => mountAt(container, path) === mount);
    // WordPress: its VOLUME is the program too, and what is kept has a mount of its own below it.
    if (below.length > 0 && !itsData) return undefined;
    if (service.scratch.includes(destination)) return undefined;
    if (service.role === 'client' && (empty || contents === undefined)) return undefined;
    // A shell in its image, or a variable or option that moved the data elsewhere: a server fills its directory at once.
    if (empty && (service.role !== 'server' || (service.directories.length > 0 && !itsData))) return undefined;
    if (itsData && service.keeps === 'nothing') return undefined;
    if (itsData && service.keeps === 'optional') return empty ? undefined : contents === undefined ? 'medium' : 'high';
    if (itsData) return 'high';
  }
  return empty ? 'low' : 'medium';
}
