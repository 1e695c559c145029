import type { LayerInventory } from '#inventory/layer-inventory.ts';

/** Raised when the stored form changes. */
export const CACHE_FORMAT = 1;

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
    const rest = JSON.parse(bytes.toString('utf8', 4, 4 + length)) as Omit<LayerInventory, 'table'>;
    return { ...rest, table: bytes.subarray(4 + length) };
  } catch {
    return undefined;
  }
}
