import type { Cache } from '#base/cache/directory-cache.ts';
import type { LayerContent, LayerIdentity, LayerRead, ReadLayer } from '#image/image.ts';
import { walkDirectory } from '#image/read-directory.ts';
import { type LayerReading, readLayerArchive } from '#image/read-layer.ts';
import { CACHE_FORMAT, decodeLayer, encodeLayer } from '#inventory/cached-layer.ts';
import type { Cataloger, ExecutableCataloger } from '#inventory/cataloger.ts';
import { inventoryVisitor, prepareCatalogers } from '#inventory/inventory-layer.ts';
import type { LayerInventory } from '#inventory/layer-inventory.ts';

export interface InventoryReading extends LayerReading {
  readonly catalogers: readonly Cataloger[];
  readonly executables: readonly ExecutableCataloger[];
  readonly cache: Cache;
}

/**
 * Reads layers to their inventories, each only if no earlier run has read the same layer in the same way.
 * A result is kept when the layer is known by its diffID and nothing went wrong; the key holds all that could change
 * the answer: diffID, how the bytes were proved, the form of the result, and each cataloger's version.
 */
export function layerInventoryReader(reading: InventoryReading): ReadLayer<LayerInventory> {
  const set = prepareCatalogers(reading.catalogers, reading.executables);
  const plugins = [...reading.catalogers, ...reading.executables].map(({ id, version }) => `${id}@${version}`).sort();
  const keyOf = (content: LayerContent, diffId: string) =>
    [CACHE_FORMAT, diffId, proofOf(content, reading.verify), ...plugins].join('\n');

  return async (content, expected): Promise<LayerRead<LayerInventory>> => {
    const { diffId } = expected;
    if (diffId !== undefined && content.kind !== 'tree') {
      const kept = reading.cache.get(keyOf(content, diffId));
      const result = kept && decodeLayer(kept);
      if (result !== undefined) return { result, ...expected };
    }
    const visitor = inventoryVisitor(set);
    const digests = await readContent(content, expected, visitor, reading);
    const result = visitor.finish();
    const proved = digests.diffId ?? (content.kind === 'overlay' ? diffId : undefined);
    if (proved !== undefined && result.problems.length === 0) {
      reading.cache.put(keyOf(content, proved), encodeLayer(result));
    }
    return { result, ...expected, ...digests };
  };
}

function proofOf(content: LayerContent, verify: boolean): string {
  return content.kind === 'overlay' ? 'engine' : verify ? 'digests' : 'none';
}

async function readContent(
  content: LayerContent,
  expected: LayerIdentity,
  visitor: ReturnType<typeof inventoryVisitor>,
  reading: LayerReading,
): Promise<LayerIdentity> {
  if (content.kind === 'range' || content.kind === 'stream') {
    return readLayerArchive(content, expected, visitor, reading);
  }
  await walkDirectory(content, visitor);
  return {};
}
