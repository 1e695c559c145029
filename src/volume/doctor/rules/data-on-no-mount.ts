import type { DiscoveredContainer, Discovery } from '#volume/discover/discovery.ts';
import { copyLayer, mountLines, newVolumeName } from '#volume/doctor/fix.ts';
import type { DoctorFinding, DoctorRule } from '#volume/doctor/rule.ts';
import { bytesBelow, hasFilesBelow, isKept, mountAt, shownBytes } from '#volume/doctor/where.ts';

/** A known service's data directory is a part of the container itself, and goes with it. */
export const dataOnNoMount: DoctorRule = {
  id: 'data-on-no-mount',
  title: 'data directory on no mount',
  kind: 'loss',
  check: (discovery) =>
    discovery.containers.flatMap((container) =>
      unmountedData(container).map((place) => findingOf(discovery, container, place)),
    ),
};

/** A data directory in a writable layer. */
export interface UnmountedData {
  readonly path: string;
  readonly title: string;
  /** Absent when the layer could not be read. */
  readonly written?: boolean;
  readonly bytes: number;
}

/**
 * Data directories of a container's service that are on no mount, and hold something or will. A service that may keep
 * its data elsewhere counts only with files there, and so does one whose tools, not its server, run.
 */
export function unmountedData(container: DiscoveredContainer): readonly UnmountedData[] {
  const { service, layer } = container;
  if (service === undefined || service.keeps === 'nothing') return [];
  const elsewhere = service.directories.some((path) => {
    const mount = mountAt(container, path);
    return mount !== undefined && (isKept(mount) || mount.kind === 'tmpfs' || mount.kind === 'anonymous');
  });
  return service.directories
    .filter((path) => mountAt(container, path) === undefined)
    .flatMap((path): UnmountedData[] => {
      const written = layer === undefined ? undefined : hasFilesBelow(layer.survey, path);
      const { title } = service;
      if (written === true && layer !== undefined)
        return [{ path, title, written, bytes: bytesBelow(layer.survey, path) }];
      // A shell in its image writes nothing there; where the layer could not be read, it may be a script that starts the server.
      const absent = service.role === 'client' || (service.role === 'unknown' && written === false);
      const idle = container.readOnlyRoot || elsewhere || absent || service.keeps === 'optional';
      return idle ? [] : [{ path, title, ...(written === undefined ? {} : { written }), bytes: 0 }];
    });
}

function findingOf(
  discovery: Discovery,
  container: DiscoveredContainer,
  { path, title, written, bytes }: UnmountedData,
): Omit<DoctorFinding, 'rule'> {
  const loss = container.removedAtEnd ? 'critical' : 'high';
  const size = bytes > 0 ? `${shownBytes(bytes)} in it` : 'files in it';
  return {
    severity: written === false ? 'medium' : loss,
    container,
    path,
    evidence: [
      `the data directory of ${title} is in the container’s own layer`,
      written === undefined
        ? 'what was written there could not be read'
        : written
          ? size
          : 'nothing is written there yet',
      'removing or recreating the container deletes it',
    ],
    fix:
      written === false
        ? mountLines(container, newVolumeName(container, path), path)
        : copyLayer(discovery, container, path),
  };
}
