import { type EngineContainer, exportContainer, inspectContainer } from '#base/engine/containers.ts';
import { connectEngine } from '#base/engine/engine.ts';
import { inspectImage } from '#base/engine/images.ts';
import { engineInfo } from '#base/engine/info.ts';
import { isStorageUnreadable, storageUnreadable } from '#base/engine/storage/small-file.ts';
import { HoldfastError } from '#core/errors.ts';
import { checkPlatform } from '#core/oci/select-platform.ts';
import type { Platform } from '#core/platform.ts';
import type { Image, LayerContent, ReadImage, ReadLayer } from '#image/image.ts';
import { hiddenByContainer } from '#source/engine/container-changes.ts';
import type { EngineOptions, KnownEngine } from '#source/engine/options.ts';
import { readSelected } from '#source/engine/read-selected.ts';
import { overlayContent, selectedOf, storedContainer, storedImage } from '#source/engine/stored.ts';

/** Docker's and Podman's container names; ids are among them. */
const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,254}$/;

/**
 * Opens a container, running or not, by id or name: the layers of the image that it runs (by id: the tag it was started
 * from may have moved) and on top, each a layer of its own, what the engine and the container itself wrote. Volumes and
 * other mounts are not part of it. Where the engine's storage cannot be read by this process, or with `exportOnly`, it
 * is the engine's export instead: one layer that nothing is known of. `verified` is `engine` either way.
 * @throws `CONTAINER_INVALID`, `ENGINE_CONTAINER_NOT_FOUND`, `PLATFORM_NOT_FOUND`, `PLATFORM_WINDOWS`, and what
 * connecting throws; reading throws `ENGINE_FAILED` and what reading an archive does
 */
export async function openContainer(id: string, options: EngineOptions): Promise<Image> {
  if (!NAME.test(id)) {
    throw new HoldfastError('CONTAINER_INVALID', `${JSON.stringify(id.slice(0, 200))} is no container's id or name`, {
      kind: 'usage',
      hint: 'docker ps shows ids and names.',
    });
  }
  const engine = await connectEngine(options.environment);
  const [info, container] = await Promise.all([engineInfo(engine), inspectContainer(engine, id)]);
  const known = { engine, info };
  if (container === undefined) throw notFound(id, known);
  const image = container.imageId && (await inspectImage(known.engine, container.imageId));
  if (image?.platform !== undefined) checkPlatform(image.platform, options.platform);
  const tags = image?.tags ?? [];
  return {
    read: async (readLayer) => {
      try {
        return await readInPlace(container, tags, known, options, readLayer);
      } catch (error) {
        if (!isStorageUnreadable(error)) throw error;
      }
      return readExport(container, tags, image?.platform, known, readLayer);
    },
    close: async () => undefined,
  };
}

function aboutOf({ name, image }: EngineContainer) {
  return { kind: 'container', reference: image === '' ? name : `${name} (${image})` };
}

async function readInPlace<R>(
  container: EngineContainer,
  tags: readonly string[],
  known: KnownEngine,
  options: EngineOptions,
  readLayer: ReadLayer<R>,
): Promise<ReadImage<R>> {
  const { id, imageId } = container;
  if (imageId === undefined) throw storageUnreadable(id, 'the container runs no image');
  const stored = storedImage(known, imageId, options.exportOnly === true);
  const own = storedContainer(known, id);
  const contents = own.directories.map((directory, index): LayerContent => {
    const writable = index === own.directories.length - 1;
    const opaques = async () => (writable ? hiddenByContainer(known.engine, id, directory) : []);
    return { kind: 'overlay', directory, entries: { from: 'directory', opaques }, confirm: own.confirm };
  });
  const selected = selectedOf(stored, imageId, tags);
  const layers = [...selected.layers, ...own.directories.map((path) => ({ path, expected: {} }))];
  const all = [...stored.layers.map(overlayContent), ...contents];
  return readSelected(aboutOf(container), { ...selected, layers }, all, 'engine', readLayer);
}

async function readExport<R>(
  container: EngineContainer,
  tags: readonly string[],
  platform: Platform | undefined,
  known: KnownEngine,
  readLayer: ReadLayer<R>,
): Promise<ReadImage<R>> {
  const chunks = await exportContainer(known.engine, container.id);
  if (chunks === undefined) throw notFound(container.id, known);
  const { result } = await readLayer({ kind: 'stream', chunks }, {}).finally(() => chunks.close());
  return {
    description: {
      ...aboutOf(container),
      ...(container.imageId === undefined ? {} : { imageId: container.imageId }),
      ...(platform === undefined ? {} : { platform }),
      verified: 'engine',
      annotations: {},
      tags,
      problems: [],
    },
    layers: [{ result }],
  };
}

function notFound(id: string, { engine }: KnownEngine): HoldfastError {
  return new HoldfastError('ENGINE_CONTAINER_NOT_FOUND', `The engine at ${engine.address} has no container ${id}`, {
    hint: 'docker ps --all shows which there are.',
  });
}
