import type { RegistryClient } from '#base/registry-client/registry-client.ts';
import { HoldfastError, type Problem, problemOf } from '#core/errors.ts';
import type { Descriptor } from '#core/oci/descriptor.ts';
import { layerEncrypted, layerKind } from '#core/oci/layer-media-type.ts';
import { layerInstructions } from '#image/attach-history.ts';
import type { ImageLayer, LayerIdentity, LayerRead, ReadLayer } from '#image/image.ts';
import type { ResolvedImage } from '#source/kinds/registry/resolve-image.ts';

/** One is fetched while the other is parsed. */
const LAYERS_AT_ONCE = 2;

/** The end of a tar, and so an empty one. */
const EMPTY_TAR = new Uint8Array(1024);

async function* chunksOf(...chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

function notHeld(descriptor: Descriptor): HoldfastError {
  return new HoldfastError('LAYER_FOREIGN', `Layer ${descriptor.digest} is not in the registry and was not read`, {
    hint: 'It is said to lie elsewhere, from where nothing is fetched. Push the image with its foreign layers.',
    path: descriptor.digest,
  });
}

function unknownType(descriptor: Descriptor): HoldfastError {
  const shown = JSON.stringify(descriptor.mediaType.slice(0, 120));
  return new HoldfastError('LAYER_UNKNOWN', `Layer ${descriptor.digest} is of the type ${shown} and was not read`, {
    hint: 'It is no file tree that is known; what it holds is not in the report.',
    path: descriptor.digest,
  });
}

/** A blob that the registry need not have: its first chunk is asked for before anyone reads it. */
async function openForeign(
  client: RegistryClient,
  descriptor: Descriptor,
): Promise<AsyncIterable<Uint8Array> | undefined> {
  const source = client.openBlob(descriptor)[Symbol.asyncIterator]();
  try {
    const first = await source.next();
    return (async function* () {
      for (let next = first; next.done !== true; next = await source.next()) yield next.value;
    })();
  } catch (error) {
    if (error instanceof HoldfastError && error.code === 'REGISTRY_NOT_FOUND') return undefined;
    throw error;
  }
}

/** The layer's bytes, or why there are none. */
async function openLayer(
  client: RegistryClient,
  descriptor: Descriptor,
): Promise<AsyncIterable<Uint8Array> | HoldfastError> {
  const kind = layerKind(descriptor.mediaType);
  if (kind === 'encrypted') return layerEncrypted(descriptor.digest);
  if (kind === 'unknown') return unknownType(descriptor);
  if (kind === 'tar' && descriptor.urls === undefined) return client.openBlob(descriptor);
  return (await openForeign(client, descriptor)) ?? notHeld(descriptor);
}

/**
 * Gives every layer of a resolved image to `readLayer`, two at a time. A layer that cannot be had becomes a problem and
 * an empty layer in its place, so that the others keep theirs.
 * @throws what fetching and reading a layer throw
 */
export async function readLayers<R>(
  client: RegistryClient,
  image: ResolvedImage,
  readLayer: ReadLayer<R>,
): Promise<{ readonly layers: readonly ImageLayer<R>[]; readonly problems: readonly Problem[] }> {
  const { manifest, config } = image;
  const instructions = layerInstructions(config);
  const problems = new Map<number, Problem>();
  const read = async (descriptor: Descriptor, expected: LayerIdentity, index: number): Promise<LayerRead<R>> => {
    const opened = await openLayer(client, descriptor);
    const again = () => client.openBlob(descriptor);
    if (!(opened instanceof HoldfastError)) return readLayer({ kind: 'stream', chunks: opened, again }, expected);
    problems.set(index, problemOf(opened));
    // Without an identity: nothing of this may be taken for the layer that is missing.
    return readLayer({ kind: 'stream', chunks: chunksOf(EMPTY_TAR) }, {});
  };
  const layers: ImageLayer<R>[] = [];
  const waiting = [...manifest.layers.entries()].reverse();
  const lane = async () => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const [index, descriptor] = next;
      const diffId = config.diffIds[index];
      const identity: LayerIdentity = { digest: descriptor.digest, ...(diffId === undefined ? {} : { diffId }) };
      const { result } = await read(descriptor, identity, index).catch((error: unknown) => {
        // The image has failed: the other lane is not to begin another layer.
        waiting.length = 0;
        throw error;
      });
      const instruction = instructions[index];
      layers[index] = { ...identity, ...(instruction === undefined ? {} : { instruction }), result };
    }
  };
  await Promise.all(Array.from({ length: LAYERS_AT_ONCE }, lane));
  return { layers, problems: [...problems].sort(([a], [b]) => a - b).map(([, problem]) => problem) };
}
