import { isWithin } from '#core/container-path.ts';
import type { DiscoveredContainer, DiscoveredMount } from '#volume/discover/discovery.ts';
import { copyMemory } from '#volume/doctor/fix.ts';
import type { DoctorRule } from '#volume/doctor/rule.ts';
import { isMadeAgain, mountAt, shownDatabases } from '#volume/doctor/where.ts';

/** What lies in a tmpfs is gone when the container stops. */
export const databaseOnTmpfs: DoctorRule = {
  id: 'database-on-tmpfs',
  title: 'a database in memory only (tmpfs)',
  kind: 'loss',
  check: (discovery) =>
    discovery.containers.flatMap((container) =>
      container.mounts
        .filter(({ kind }) => kind === 'tmpfs')
        .flatMap((mount) => {
          const why = databaseIn(container, mount);
          if (why === undefined) return [];
          const path = mount.destination;
          return [
            {
              severity: 'high',
              container,
              path,
              evidence: [why, 'it is gone when the container stops or the host restarts'],
              fix: copyMemory(discovery, container, path),
            } as const,
          ];
        }),
    ),
};

function databaseIn(container: DiscoveredContainer, mount: DiscoveredMount): string | undefined {
  const { service, builder } = container;
  const databases = mount.contents?.databases ?? [];
  if (builder) return undefined;
  if (databases.length > 0 && !isMadeAgain(mount.destination)) return `${shownDatabases(databases)} on a tmpfs`;
  if (service === undefined || service.keeps !== 'always' || service.role === 'client') return undefined;
  const path = service.directories.find((one) => mountAt(container, one) === mount && isWithin(one, mount.destination));
  return path === undefined ? undefined : `the data directory of ${service.title}, ${path}, is on a tmpfs`;
}
