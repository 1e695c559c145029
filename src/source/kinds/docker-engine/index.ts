import { connectEngine } from '#base/engine/engine.ts';
import { type EngineImage, exportImage, inspectImage } from '#base/engine/images.ts';
import { engineInfo } from '#base/engine/info.ts';
import { isStorageUnreadable } from '#base/engine/storage/small-file.ts';
import { HoldfastError } from '#core/errors.ts';
import { checkPlatform } from '#core/oci/select-platform.ts';
import { hostPlatform } from '#core/platform.ts';
import { parseReference } from '#core/reference.ts';
import type { Image, ReadImage, ReadLayer } from '#image/image.ts';
import { openArchiveStream } from '#source/archive/open-stream.ts';
import type { ImageChoice } from '#source/archive/selected-image.ts';
import { readContainerdImage } from '#source/engine/containerd-image.ts';
import type { EngineOptions, KnownEngine } from '#source/engine/options.ts';
import { readSelected } from '#source/engine/read-selected.ts';
import { overlayContent, selectedOf, storedImage } from '#source/engine/stored.ts';

const ID = /^(?:sha256:)?[0-9a-f]{4,64}$/;

/**
 * Opens an image that an engine has, by reference or id. It is read where the engine keeps it when this process may:
 * unpacked layers, which are then `verified` by the `engine` only, or the blobs of a containerd store. Else, and for
 * unpacked layers with `exportOnly`, it is read from the engine's export, whose digests are compared.
 * @throws `ENGINE_IMAGE_NOT_FOUND`, `PLATFORM_NOT_FOUND`, `PLATFORM_WINDOWS`, `REFERENCE_INVALID`, and what connecting
 * throws; reading throws what reading an archive does, and `ENGINE_FAILED`
 */
export async function openEngineImage(name: string, options: EngineOptions): Promise<Image> {
  // Also refuses names that would mean something else in a path of the API.
  if (!ID.test(name)) parseReference(name);
  const engine = await connectEngine(options.environment);
  const [info, image] = await Promise.all([engineInfo(engine), inspectImage(engine, name)]);
  const known = { engine, info };
  if (image === undefined) throw notFound(name, known);
  // In a containerd store one name may stand for several platforms: the one that is meant is selected when it is read.
  if (image.platform !== undefined && !known.info.containerdStore) checkPlatform(image.platform, options.platform);
  return {
    read: async (readLayer) => {
      try {
        return await readInPlace(name, image, known, options, readLayer);
      } catch (error) {
        if (!isStorageUnreadable(error)) throw error;
      }
      return readExport(name, image, known, options, readLayer);
    },
    close: async () => undefined,
  };
}

async function readInPlace<R>(
  name: string,
  image: EngineImage,
  known: KnownEngine,
  options: EngineOptions,
  readLayer: ReadLayer<R>,
): Promise<ReadImage<R>> {
  const about = { kind: 'docker', reference: name };
  if (known.info.containerdStore) return readContainerdImage(known.info, image, about, choiceOf(options), readLayer);
  const stored = storedImage(known, image.id, options.exportOnly === true);
  const selected = selectedOf(stored, image.id, image.tags, image.unpackedBytes);
  return readSelected(about, selected, stored.layers.map(overlayContent), 'engine', readLayer);
}

async function readExport<R>(
  name: string,
  image: EngineImage,
  known: KnownEngine,
  options: EngineOptions,
  readLayer: ReadLayer<R>,
): Promise<ReadImage<R>> {
  // By id: a tag may move between two calls.
  const chunks = await exportImage(known.engine, image.id).catch(async (error: unknown) => {
    // An image that has gone since is an internal error to some engines.
    if ((await inspectImage(known.engine, image.id)) === undefined) return undefined;
    throw error;
  });
  if (chunks === undefined) throw notFound(name, known);
  const about = { kind: 'docker', reference: name };
  try {
    const { description, layers } = await openArchiveStream(async () => chunks, about, choiceOf(options)).read(
      readLayer,
    );
    if (options.verify && !known.info.containerdStore && description.imageId !== image.id) {
      throw new HoldfastError(
        'IMAGE_DIGEST_MISMATCH',
        `The engine calls the image ${image.id} but exports ${description.imageId}`,
        { hint: 'The engine is damaged or does not tell the truth; pull the image again.', path: image.id },
      );
    }
    return { description: { ...description, tags: image.tags }, layers };
  } finally {
    chunks.close();
  }
}

function choiceOf({ platform, verify }: EngineOptions): ImageChoice {
  return { ...(platform === undefined ? {} : { platform }), defaultPlatform: hostPlatform(), verify };
}

function notFound(name: string, { engine }: KnownEngine): HoldfastError {
  const shown = JSON.stringify(name.slice(0, 200));
  return new HoldfastError('ENGINE_IMAGE_NOT_FOUND', `The engine at ${engine.address} has no image ${shown}`, {
    hint: `Pull it first, or read it from its registry with registry:${name.slice(0, 200)}`,
  });
}
