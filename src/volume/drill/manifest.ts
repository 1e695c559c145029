import { createHmac, randomBytes } from 'node:crypto';
import * as z from 'zod/mini';

const text = z.string().check(z.maxLength(70_000));
const manifest = z.object({
  /** Of the digests that the ledger has of the values. */
  key: text,
  writers: z
    .array(
      z.object({
        container: text,
        name: text,
        image: text,
        imageId: z.optional(text),
        /** Where it has the volume. */
        destinations: z.array(text),
        /** Its probe: `label`, or the service's; absent when it has none, or did not run. */
        probe: z.optional(text),
        /** Of a label's probe: what is run, and by whom. */
        command: z.optional(text),
        user: z.optional(text),
        /** The label `holdfast.volume.load`; run by `user`, too. */
        load: z.optional(text),
        /** Absent when it gave no answer. */
        value: z.optional(text),
      }),
    )
    .check(z.maxLength(1000)),
});

/** What a snapshot's `manifest.json` keeps for drills, under `drill`. It is encrypted as the snapshot is. */
export type DrillManifest = z.infer<typeof manifest>;
export type DrillWriter = DrillManifest['writers'][number];

/** A new key for the digests of values. */
export function newDigestKey(): string {
  return randomBytes(32).toString('hex');
}

/** What the ledger has of a value: it can be compared, and not guessed without the key. */
export function digestOf(key: string, value: string): string {
  return createHmac('sha256', Buffer.from(key, 'hex')).update(value).digest('hex');
}

/** Reads what is below `drill` in a manifest; undefined when there is nothing, or nothing that can be read. */
export function parseDrillManifest(json: unknown): DrillManifest | undefined {
  const read = z.object({ drill: manifest }).safeParse(json);
  return read.success ? read.data.drill : undefined;
}
