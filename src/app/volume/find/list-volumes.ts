import type { VolumeList } from '#api/volume-list.ts';
import { type DiscoverEngineOptions, discoverEngine } from '#app/volume/find/discover-engine.ts';
import { keptFacts } from '#app/volume/find/kept-facts.ts';
import type { DiscoveredBind, DiscoveredVolume, Discovery } from '#volume/discover/discovery.ts';
import type { Kept } from '#volume/doctor/kept.ts';

/**
 * The volumes, binds and stores elsewhere of an engine's containers, and who uses them.
 * @throws what {@link discoverEngine} throws
 */
export async function listVolumes(
  environment: NodeJS.ProcessEnv,
  options: Omit<DiscoverEngineOptions, 'layers'>,
): Promise<VolumeList> {
  const discovery = await discoverEngine(environment, { ...options, layers: false });
  const { at, engine, containers, volumes, binds, stacks, stores, coverage, problems } = discovery;
  const facts = { engine: engine.key, now: options.now, defaultHours: 24 };
  const { kept, looked, problems: unread } = await keptFacts(environment, facts);
  const nameOf = (id: string) => containers.find((one) => one.id === id)?.name ?? id;
  return {
    at,
    engine: {
      address: engine.address,
      product: engine.product,
      version: engine.version,
      rootless: engine.rootless,
      uidMap: [...(engine.ids?.users ?? [])],
      gidMap: [...(engine.ids?.groups ?? [])],
      idsKnown: engine.ids !== undefined,
    },
    volumes: volumes.map((volume) => ({
      name: volume.name,
      anonymous: volume.anonymous,
      driver: volume.driver,
      mountpoint: volume.mountpoint,
      ...(volume.createdAt === undefined ? {} : { createdAt: volume.createdAt }),
      ...placeOf(discovery, volume),
      ...lastOf(kept, volume.name),
    })),
    binds: binds.map((bind) => ({ path: bind.path, ...placeOf(discovery, bind), ...lastOf(kept, bind.path) })),
    tmpfs: containers.flatMap(({ name, mounts }) =>
      mounts.filter(({ kind }) => kind === 'tmpfs').map(({ destination }) => ({ container: name, destination })),
    ),
    stacks: stacks.map(({ name, kind, holdOrder }) => ({ name, kind, holdOrder: holdOrder.map(nameOf) })),
    stores: stores.map((store) => ({ ...store, container: nameOf(store.container) })),
    coverage: [...coverage, looked],
    problems: [...problems, ...unread],
  };
}

/** Its newest complete snapshot, by the record. */
function lastOf(kept: Kept | undefined, name: string): Pick<VolumeList['volumes'][number], 'lastSnapshot'> {
  const last = kept?.targets.get(name);
  if (last === undefined) return {};
  const { at, repository, bytes, grownBytes } = last;
  return { lastSnapshot: { at, repository, bytes, ...(grownBytes === undefined ? {} : { grownBytes }) } };
}

function placeOf({ containers }: Discovery, { contents, network, users, outside }: DiscoveredVolume | DiscoveredBind) {
  return {
    ...(contents === undefined ? {} : { sizeBytes: contents.sizeBytes, sizeExact: contents.complete }),
    ...(network === undefined ? {} : { network }),
    usedBy: users.flatMap(({ container: id, destination, writable }) => {
      const container = containers.find((one) => one.id === id);
      if (container === undefined) return [];
      const { name, state, image, imageId, repositoryDigests, stack, mounts } = container;
      const { from } = mounts.find((mount) => mount.destination === destination) ?? {};
      return [
        {
          container: name,
          state,
          image,
          ...(imageId === undefined ? {} : { imageId }),
          repositoryDigests: [...repositoryDigests],
          ...(stack === undefined ? {} : { stack }),
          destination,
          writable,
          ...(from === undefined ? {} : { from }),
        },
      ];
    }),
    outside: [...outside],
  };
}
