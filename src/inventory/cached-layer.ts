import type { LayerInventory } from '#inventory/layer-inventory.ts';

/** Raised when the stored form changes. */
export const CACHE_FORMAT = 2;

/** A layer's inventory as bytes: a length, JSON, and the file table as it is. */
export function encodeLayer({ table, ...rest }: LayerInventory): Buffer {
  const head = Buffer.from(JSON.stringify(rest));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(head.length);
  return Buffer.concat([length, head, table]);
}

/** Undefined for what this program did not write. */
export function decodeLayer(bytes: Buffer): LayerInventory | undefined {
  try {
    const length = bytes.readUInt32BE(0);
    const rest: unknown = JSON.parse(bytes.toString('utf8', 4, 4 + length));
    return isLayer(rest) ? { ...rest, table: bytes.subarray(4 + length) } : undefined;
  } catch {
    return undefined;
  }
}

/** Other runs of this program wrote it: what only they could have got wrong is not looked at. */
function isLayer(value: unknown): value is Omit<LayerInventory, 'table'> {
  const found = value as Partial<LayerInventory> | null;
  return [found?.files, found?.whiteouts, found?.opaques, found?.problems].every(Array.isArray);
}
