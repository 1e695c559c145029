import type { DiscoveredContainer, FoundDatabase } from '#volume/discover/discovery.ts';
import { copyLayer } from '#volume/doctor/fix.ts';
import type { DoctorRule } from '#volume/doctor/rule.ts';
import { isMadeAgain, shownBytes, shownDatabases } from '#volume/doctor/where.ts';
import { SQLITE_TITLE } from '#workload/known-data/signatures.ts';

/** Whatever the image is: what its container wrote outside of all mounts is a database. */
export const databaseInLayer: DoctorRule = {
  id: 'database-in-layer',
  title: 'a database in the container’s layer',
  kind: 'loss',
  check: (discovery) =>
    discovery.containers.flatMap((container) =>
      [...byDirectory(container)].map(([path, databases]) => {
        const sizes = databases.reduce((sum, { sizeBytes = 0 }) => sum + sizeBytes, 0);
        const onlySqlite = databases.every(({ title }) => title === SQLITE_TITLE);
        return {
          severity: container.removedAtEnd ? 'critical' : onlySqlite ? 'medium' : 'high',
          container,
          path,
          evidence: [
            `${shownDatabases(databases)}${sizes >= 1000 ? `, ${shownBytes(sizes)}` : ''} in the container’s own layer`,
            'removing or recreating the container deletes it',
          ],
          fix: copyLayer(discovery, container, path),
        } as const;
      }),
    ),
};

function byDirectory({ layer, builder }: DiscoveredContainer): ReadonlyMap<string, readonly FoundDatabase[]> {
  const groups = new Map<string, FoundDatabase[]>();
  for (const database of builder ? [] : (layer?.survey.databases ?? [])) {
    if (isMadeAgain(database.path)) continue;
    const directory = database.path.slice(0, database.path.lastIndexOf('/')) || '/';
    groups.set(directory, [...(groups.get(directory) ?? []), database]);
  }
  return groups;
}
