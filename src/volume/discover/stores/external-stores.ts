import type { DiscoveredBind, DiscoveredVolume, ExternalStore } from '#volume/discover/discovery.ts';
import type { InspectedContainer } from '#volume/discover/engine/inspect-container.ts';

/**
 * The stores outside of the engine that containers use: what their environment and command line name, unless that is
 * another container of the engine, and network filesystems below their mounts; by container’s name.
 */
export function storesOf(
  containers: readonly InspectedContainer[],
  volumes: readonly DiscoveredVolume[],
  binds: readonly DiscoveredBind[],
): readonly ExternalStore[] {
  const inside = new Set(containers.flatMap(({ hostNames }) => hostNames));
  const named = containers
    .flatMap(({ stores }) => stores)
    .filter(({ host }) => host === undefined || !inside.has(host));
  const mounted = [...volumes, ...binds].flatMap(({ network, users }) =>
    network === undefined
      ? []
      : users.map(
          ({ container, destination }): ExternalStore => ({
            container,
            ...network,
            from: 'mount',
            where: destination,
          }),
        ),
  );
  const names = new Map(containers.map(({ container: { id, name } }) => [id, name]));
  const key = ({ container, kind, where }: ExternalStore) => `${names.get(container)}\0${kind}\0${where}`;
  return [...named, ...mounted].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
