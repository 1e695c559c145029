import * as z from 'zod/mini';
import { HoldfastError } from '#core/errors.ts';
import { type SnapshotStarted, snapshotStarted } from '#volume/snapshot/events.ts';
import { idMapsSchema } from '#volume/snapshot/id-maps.ts';

/** What lies beside the data in a snapshot, for whoever has nothing but the repository. */
export const MANIFEST_NAME = 'manifest.json';
/** Where dumps lie beside it, below the names of the containers that they are of. */
export const DUMPS_NAME = 'dumps';
/** No manifest is larger; its writers also fit into an event. */
export const MANIFEST_LIMIT_BYTES = 1024 * 1024;

const more = z.object({
  /** When it was written, ISO 8601. */
  at: z.optional(z.string()),
  dumps: z.optional(z.array(z.string())),
  method: z.optional(z.string()),
  ids: z.optional(idMapsSchema),
  labels: z.optional(z.record(z.string(), z.string())),
});

/** A snapshot in its own words: who could open the repository can have written it. */
export type SnapshotManifest = SnapshotStarted & z.infer<typeof more>;

/** @throws `SNAPSHOT_MANIFEST_INVALID` */
export function parseManifest(bytes: Uint8Array): SnapshotManifest {
  try {
    if (bytes.length > MANIFEST_LIMIT_BYTES) throw new RangeError('it is too large');
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    return { ...snapshotStarted.parse(value), ...more.parse(value) };
  } catch (cause) {
    throw new HoldfastError('SNAPSHOT_MANIFEST_INVALID', 'The manifest in the snapshot is none', { cause });
  }
}
