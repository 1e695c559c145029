import { isWithin } from '#core/container-path.ts';
import type { DiscoveredContainer, Discovery } from '#volume/discover/discovery.ts';
import { mountLines, newVolumeName } from '#volume/doctor/fix.ts';
import type { DoctorRule } from '#volume/doctor/rule.ts';
import { mountAt, shownDatabases } from '#volume/doctor/where.ts';
import { SQLITE_TITLE } from '#workload/known-data/signatures.ts';

/** SQLite relies on locks and on shared memory that network filesystems do not offer: such databases get damaged. */
export const sqliteOnNetwork: DoctorRule = {
  id: 'sqlite-on-network',
  title: 'SQLite on a network filesystem',
  kind: 'hazard',
  check: (discovery) =>
    [...discovery.volumes, ...discovery.binds].flatMap(({ network, contents, users }) => {
      if (network === undefined) return [];
      const found = (contents?.databases ?? []).filter(({ title }) => title === SQLITE_TITLE);
      const where = network.host === undefined ? network.kind : `${network.kind} of ${network.host}`;
      return users
        .filter(({ writable }) => writable)
        .flatMap((user) => {
          const container = discovery.containers.find(({ id }) => id === user.container);
          if (container === undefined) return [];
          const what = found.length > 0 ? shownDatabases(found) : itsSqlite(container, user.destination);
          if (what === undefined) return [];
          return [
            {
              severity: 'high',
              container,
              path: user.destination,
              evidence: [`${what} on ${where}`, 'locks over the network do not hold: two writers damage the file'],
              fix: fixOf(discovery, container, user.destination),
            } as const,
          ];
        });
    }),
};

function itsSqlite(container: DiscoveredContainer, destination: string): string | undefined {
  const { service } = container;
  if (service?.sqlite !== true || service.role === 'client') return undefined;
  const there = service.directories.some(
    (path) => isWithin(path, destination) && mountAt(container, path)?.destination === destination,
  );
  return there ? `${service.title}, which keeps its database in an SQLite file unless told otherwise,` : undefined;
}

function fixOf(discovery: Discovery, container: DiscoveredContainer, path: string): readonly string[] {
  const to = newVolumeName(container, path);
  return [
    `${discovery.engine.product} volume create ${to}  # on this host's own disk`,
    ...mountLines(container, to, path),
  ];
}
