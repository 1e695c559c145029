import type { DiscoveredContainer } from '#volume/discover/discovery.ts';
import { copyLayer } from '#volume/doctor/fix.ts';
import type { DoctorRule } from '#volume/doctor/rule.ts';
import { unmountedData } from '#volume/doctor/rules/data-on-no-mount.ts';
import { layerData } from '#volume/doctor/rules/layer-data.ts';
import { contentsOf, isEmpty, isKept, isMadeAgain, shownBytes, shownDatabases } from '#volume/doctor/where.ts';

const LEAST_BYTES = 16 * 1024 * 1024;

/** A volume is there for the data, but the data goes elsewhere. */
export const emptyVolume: DoctorRule = {
  id: 'empty-volume',
  title: 'an empty volume beside data on no mount',
  kind: 'loss',
  check: (discovery) =>
    discovery.containers.flatMap((container) => {
      const beside = dataBeside(container);
      if (beside === undefined || container.startedAt === undefined) return [];
      return container.mounts
        .filter((mount) => isKept(mount) && mount.kind !== 'other' && isEmpty(contentsOf(discovery, mount)))
        .map((mount) => ({
          severity: beside.database ? ('high' as const) : ('medium' as const),
          container,
          path: mount.destination,
          evidence: [
            `${mount.kind === 'bind' ? mount.source : `volume ${mount.source}`} is empty`,
            `${beside.what} in the container’s own layer, in ${beside.path}`,
          ],
          fix: copyLayer(discovery, container, beside.path, mount.destination),
        }));
    }),
};

interface Beside {
  readonly what: string;
  readonly path: string;
  readonly database: boolean;
}

function dataBeside(container: DiscoveredContainer): Beside | undefined {
  const database = container.builder
    ? undefined
    : container.layer?.survey.databases.find(({ path }) => !isMadeAgain(path));
  if (database !== undefined) {
    const path = database.path.slice(0, database.path.lastIndexOf('/')) || '/';
    return { what: shownDatabases([database]), path, database: true };
  }
  const known = unmountedData(container).find(({ written }) => written === true);
  if (known !== undefined) return { what: `the data of ${known.title}`, path: known.path, database: true };
  const data = layerData(container);
  if (data === undefined || data.bytes < LEAST_BYTES) return undefined;
  return { what: shownBytes(data.bytes), path: data.path, database: false };
}
