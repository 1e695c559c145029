import type { Cache } from '#base/cache/directory-cache.ts';
import { VERSION } from '#core/version.ts';
import type { LayerContent, LayerIdentity, LayerRead, ReadLayer } from '#image/image.ts';
import type { LayerVisitor } from '#image/layer-visitor.ts';
import { walkDirectory } from '#image/read-directory.ts';
import { type LayerReading, readLayerArchive } from '#image/read-layer.ts';
import { CACHE_FORMAT, decodeLayer, encodeLayer } from '#inventory/cached-layer.ts';
import type { Cataloger, ExecutableCataloger } from '#inventory/cataloger.ts';
import { type InventoryVisitor, inventoryVisitor, prepareCatalogers } from '#inventory/inventory-layer.ts';
import type { LayerInventory } from '#inventory/layer-inventory.ts';
import { memoryBudget } from '#inventory/memory-budget.ts';

export interface InventoryReading extends LayerReading {
  readonly catalogers: readonly Cataloger[];
  readonly executables: readonly ExecutableCataloger[];
  readonly cache: Cache;
}

const MIB = 1024 * 1024;
/** A million files take some 30 MB. */
const TABLE_BYTES = 96 * MIB;
/** Twenty thousand packages; the largest systems have five thousand. */
const SYSTEM_BYTES = 32 * MIB;
/** Fifty thousand packages. */
const PACKAGE_BYTES = 96 * MIB;
/** A workstation's packages own half a million files: some 30 MB of paths. */
const LIST_BYTES = 48 * MIB;
/** Workstations have rpm databases of half of it. */
const HELD_BYTES = 192 * MIB;

/**
 * Reads the layers of one image to their inventories, each only if no earlier run has read the same layer in the same way.
 * A result is kept when the layer is known by its diffID and nothing went wrong; the key holds all that could change
 * the answer: diffID, how the bytes were proved, the program and the form of the result, and each cataloger's version.
 */
export function layerInventoryReader(reading: InventoryReading): ReadLayer<LayerInventory> {
  const set = prepareCatalogers(reading.catalogers, reading.executables);
  const memory = {
    tables: memoryBudget(TABLE_BYTES),
    system: memoryBudget(SYSTEM_BYTES),
    packages: memoryBudget(PACKAGE_BYTES),
    lists: memoryBudget(LIST_BYTES),
    held: memoryBudget(HELD_BYTES),
  };
  const spent = { inputBytes: 0, outputBytes: 0 };
  const plugins = [...reading.catalogers, ...reading.executables]
    .map((plugin) => `${plugin.id}@${plugin.version}`)
    .sort();
  const keyOf = (content: LayerContent, diffId: string) =>
    [VERSION, CACHE_FORMAT, diffId, proofOf(content, reading.verify), ...plugins].join('\n');

  return async (content, expected): Promise<LayerRead<LayerInventory>> => {
    const { diffId } = expected;
    if (diffId !== undefined && content.kind !== 'tree') {
      const kept = reading.cache.get(keyOf(content, diffId));
      const result = kept && memory.tables.take(kept.length) ? decodeLayer(kept) : undefined;
      if (result !== undefined) return { result, ...expected };
    }
    const visitor = inventoryVisitor(set, memory);
    const digests = await readTwice(content, expected, visitor, { ...reading, spent }).catch((error: unknown) => {
      visitor.abandon();
      throw error;
    });
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

/** Reads a layer, and once more when there are links to be followed and it can be had again. */
async function readTwice(
  content: LayerContent,
  expected: LayerIdentity,
  visitor: InventoryVisitor,
  reading: LayerReading,
): Promise<LayerIdentity> {
  const digests = await readContent(content, expected, visitor, reading);
  const targets = visitor.again();
  const again = content.kind !== 'stream' ? content : content.again && { ...content, chunks: content.again() };
  if (targets === undefined || again === undefined) return digests;
  try {
    await readContent(again, { ...expected, ...digests }, targets, reading);
  } finally {
    targets.release();
  }
  return digests;
}

async function readContent(
  content: LayerContent,
  expected: LayerIdentity,
  visitor: LayerVisitor,
  reading: LayerReading,
): Promise<LayerIdentity> {
  if (content.kind === 'range' || content.kind === 'stream') {
    return readLayerArchive(content, expected, visitor, reading);
  }
  await walkDirectory(content, visitor);
  return {};
}
