import { isWithin } from '#core/container-path.ts';
import type { DiscoveredContainer, DiscoveredMount, Discovery } from '#volume/discover/discovery.ts';
import { copyLayer, copyVolume } from '#volume/doctor/fix.ts';
import type { DoctorFinding, DoctorRule } from '#volume/doctor/rule.ts';
import { anonymousPlaces } from '#volume/doctor/rules/anonymous-worth.ts';
import { unmountedData } from '#volume/doctor/rules/data-on-no-mount.ts';
import { contentsOf, isEmpty, isKept, shownContents } from '#volume/doctor/where.ts';

/** Somebody mounted a volume for the data, but a level above, below or beside where it is written. */
export const mountOneOff: DoctorRule = {
  id: 'mount-one-off',
  title: 'mounted one level off the data',
  kind: 'loss',
  check: (discovery) => [...overAnonymous(discovery), ...overLayer(discovery)],
};

function overAnonymous(discovery: Discovery): readonly Omit<DoctorFinding, 'rule'>[] {
  return anonymousPlaces(discovery)
    .filter(({ mount, service }) => mount.declared || service !== undefined)
    .flatMap(({ container, mount, contents, severity, service }) => {
      const near = nearMount(discovery, container, mount.destination, service !== undefined);
      if (near === undefined) return [];
      return [
        {
          severity: container.removedAtEnd ? 'critical' : severity === 'low' ? 'medium' : 'high',
          container,
          path: mount.destination,
          evidence: [
            `${nameOf(near)} is mounted on ${near.destination}`,
            `the data goes to ${mount.destination}, which is an anonymous volume: ${shownContents(contents)}`,
          ],
          fix: copyVolume(discovery, container, mount.source, mount.destination, near.destination),
        } as const,
      ];
    });
}

function overLayer(discovery: Discovery): readonly Omit<DoctorFinding, 'rule'>[] {
  return discovery.containers.flatMap((container) =>
    unmountedData(container).flatMap(({ path, title, written }) => {
      const near = nearMount(discovery, container, path, true);
      if (near === undefined) return [];
      return [
        {
          severity: container.removedAtEnd && written === true ? 'critical' : 'high',
          container,
          path,
          evidence: [
            `${nameOf(near)} is mounted on ${near.destination}`,
            `${title} keeps its data in ${path}, which is in the container’s own layer`,
          ],
          fix: copyLayer(discovery, container, path, near.destination),
        } as const,
      ];
    }),
  );
}

function nameOf({ kind, source }: DiscoveredMount): string {
  return kind === 'bind' ? `the host’s ${source}` : `volume ${source}`;
}

/**
 * The mount that was meant: one above the place, an empty one below it, or for known services one beside it whose name
 * begins alike (`/var/lib/postgres`).
 */
function nearMount(
  discovery: Discovery,
  container: DiscoveredContainer,
  path: string,
  known: boolean,
): DiscoveredMount | undefined {
  return container.mounts.find((mount) => {
    const { destination } = mount;
    if (!isKept(mount) || destination === '/' || destination === path) return false;
    if (isWithin(path, destination)) return true;
    if (!isEmpty(contentsOf(discovery, mount))) return false;
    if (isWithin(destination, path)) return true;
    return known && beside(destination, path);
  });
}

function beside(a: string, b: string): boolean {
  const [above, below] = [a, b].map((path) => path.slice(0, path.lastIndexOf('/')));
  if (above !== below || above === '') return false;
  return a.startsWith(b) || b.startsWith(a);
}
