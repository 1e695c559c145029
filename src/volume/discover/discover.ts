import { list, refuse } from '#base/engine/answers.ts';
import type { Engine } from '#base/engine/engine.ts';
import { type Problem, problemOf } from '#core/errors.ts';
import { atMost } from '#volume/discover/at-most.ts';
import { coverageOf } from '#volume/discover/coverage.ts';
import type { DiscoveredContainer, DiscoveredMount, Discovery, WritableLayer } from '#volume/discover/discovery.ts';
import {
  type InspectedContainer,
  inspectContainerOf,
  readContainer,
} from '#volume/discover/engine/inspect-container.ts';
import { engineKeyOf, inspectEngine, networkIds } from '#volume/discover/engine/inspect-engine.ts';
import { inspectImageFacts } from '#volume/discover/engine/inspect-image.ts';
import { listVolumes, volumeSizes } from '#volume/discover/engine/list-volumes.ts';
import { stacksOf } from '#volume/discover/engine/stacks.ts';
import { engineIdMaps } from '#volume/discover/host/id-maps.ts';
import { readHostMounts } from '#volume/discover/host/outside-mounts.ts';
import { isOpen, isProcessOf, isThisMachines } from '#volume/discover/host/this-machine.ts';
import { describeBinds, describeVolumes } from '#volume/discover/places.ts';
import { storesOf } from '#volume/discover/stores/external-stores.ts';
import { surveyInside } from '#volume/discover/survey.ts';
import { readWritableLayer } from '#volume/discover/writable-layer.ts';

/** What is to be looked at. */
export interface DiscoverOptions {
  /** Also what containers wrote outside of all mounts, and what lies in a tmpfs. */
  readonly layers: boolean;
  /** False: not how much lies in volumes and binds; their `contents` then only tell that they can be read. */
  readonly contents?: boolean;
  readonly now: Date;
}

const AT_ONCE = 8;
const TMPFS_LIMITS = { entries: 2_000, depth: 16 };

/**
 * Finds every place where the containers of an engine keep data. Only asks: nothing is written, paused or removed.
 * What could not be read is a problem of the result.
 * @throws `ENGINE_FAILED`, `ENGINE_UNREACHABLE` when the engine tells neither containers nor volumes
 */
export async function discover(engine: Engine, { layers, contents = true, now }: DiscoverOptions): Promise<Discovery> {
  const problems: Problem[] = [];
  const attempt = async <T>(about: string, task: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await task();
    } catch (error) {
      problems.push(problemOf(error, about));
      return undefined;
    }
  };
  const [facts, ids, plainVolumes] = await Promise.all([
    inspectEngine(engine),
    containerIds(engine),
    listVolumes(engine),
  ]);
  const anonymous = new Set(plainVolumes.filter((volume) => volume.anonymous).map(({ name }) => name));
  const unread: string[] = [];
  const raws = await atMost(AT_ONCE, ids, async (id) => {
    const before = problems.length;
    const raw = await attempt(id, () => readContainer(engine, id));
    // One that went meanwhile is no problem.
    if (raw === undefined && problems.slice(before).some(({ path }) => path === id)) unread.push(id);
    return { id, raw };
  });
  const imageIds = [...new Set(raws.flatMap(({ raw }) => (typeof raw?.['Image'] === 'string' ? [raw['Image']] : [])))];
  const images = new Map(
    await atMost(
      AT_ONCE,
      imageIds,
      async (id) => [id, await attempt(id, () => inspectImageFacts(engine, id))] as const,
    ),
  );
  const inspected = raws.flatMap(({ id, raw }): InspectedContainer[] => {
    const image = typeof raw?.['Image'] === 'string' ? images.get(raw['Image']) : undefined;
    return raw === undefined ? [] : [inspectContainerOf(raw, id, image, anonymous)];
  });
  inspected.sort((a, b) => (a.container.name < b.container.name ? -1 : 1));

  const networks = ids.length === 0 ? ((await attempt('/networks', () => networkIds(engine))) ?? []) : [];
  const readable = isThisMachines(engine, facts, ids, networks);
  const mounts = readable ? readHostMounts('/proc', ids) : undefined;
  const open = readable && plainVolumes.every(({ mounted, mountpoint }) => mounted || isOpen(mountpoint));
  const sizes =
    open || !contents
      ? new Map<string, number>()
      : ((await attempt('/system/df', () => volumeSizes(engine))) ?? new Map<string, number>());
  const view = { readable, mounts, sizes, glance: !contents };
  const read = layers
    ? await atMost(AT_ONCE, inspected, async (one) => {
        const place = {
          id: one.container.id,
          mounted: one.mounts.map(({ destination }) => destination),
          ...(one.upperDirectory === undefined ? {} : { upperDirectory: one.upperDirectory }),
        };
        return attempt(one.container.name, () => readWritableLayer(engine, facts, readable, place));
      })
    : [];
  const containers = inspected.map((one, index) => containerOf(one, inspected, layers && readable, read[index]));
  const volumes = describeVolumes(plainVolumes, inspected, view);
  const binds = describeBinds(inspected, view);
  const idMaps = await engineIdMaps(engine, facts, inspected, readable);
  const pods = new Set(raws.flatMap(({ raw }) => (typeof raw?.['Pod'] === 'string' ? [raw['Pod'].slice(0, 12)] : [])));
  return {
    at: now.toISOString(),
    engine: {
      key: engineKeyOf(engine, facts),
      address: engine.address,
      product: engine.podman ? 'podman' : 'docker',
      version: facts.version,
      rootless: facts.rootless,
      readable,
      ...(idMaps === undefined ? {} : { ids: idMaps }),
    },
    containers,
    volumes,
    binds,
    stacks: stacksOf(containers, pods),
    stores: storesOf(inspected, volumes, binds),
    coverage: coverageOf({ containers, volumes, layers, open, mounts, asked: ids.length }),
    ...(unread.length === 0 ? {} : { unread }),
    problems,
  };
}

/** `GET /containers/json?all=true`. @throws `ENGINE_FAILED` */
async function containerIds(engine: Engine): Promise<readonly string[]> {
  const path = '/containers/json?all=true';
  const body = await engine.read(path);
  if (body === undefined) throw refuse(path)('there is none');
  return list(body, path)
    .map(({ Id }) => Id)
    .filter((id): id is string => typeof id === 'string' && /^[0-9a-f]{64}$/.test(id))
    .sort();
}

function containerOf(
  { container, mounts, volumesFrom, pid }: InspectedContainer,
  all: readonly InspectedContainer[],
  look: boolean,
  layer: WritableLayer | undefined,
): DiscoveredContainer {
  const givers = all.filter(({ container: { id, name } }) =>
    volumesFrom.some((one) => one === name || (one.length >= 12 && id.startsWith(one))),
  );
  const inside = look && isProcessOf(pid, container.id);
  return {
    ...container,
    mounts: mounts.map((mount): DiscoveredMount => {
      const giver = givers.find((other) =>
        other.mounts.some(({ source, destination }) => source === mount.source && destination === mount.destination),
      );
      const contents =
        inside && mount.kind === 'tmpfs' ? surveyInside(pid, mount.destination, TMPFS_LIMITS) : undefined;
      return {
        ...mount,
        ...(giver === undefined ? {} : { from: giver.container.name }),
        ...(contents === undefined ? {} : { contents }),
      };
    }),
    ...(layer === undefined ? {} : { layer }),
  };
}
