import { insidePath, type OpenInside } from '#app/volume/restore/inside/inside.ts';
import { type RestoreSubject, stagingPath } from '#app/volume/restore/subject.ts';
import type { SnapshotRow } from '#volume/engines/engine.ts';
import {
  MANIFEST_LIMIT_BYTES,
  MANIFEST_NAME,
  parseManifest,
  type SnapshotManifest,
} from '#volume/snapshot/manifest.ts';

/** What a snapshot says of itself; undefined when there is nothing of that kind in it. @throws `SNAPSHOT_MANIFEST_INVALID`, `RESTIC_*` */
export async function readManifest(
  inside: OpenInside,
  row: SnapshotRow,
  subject: RestoreSubject | undefined,
): Promise<SnapshotManifest | undefined> {
  const staging = subject === undefined ? undefined : stagingPath(row, subject);
  if (staging === undefined) return undefined;
  const path = insidePath(`${staging}/${MANIFEST_NAME}`);
  const entry = await inside.entry(row, path);
  if (entry?.type !== 'file') return undefined;
  const parts: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const part of inside.content(row, path)) {
    sizeBytes += part.length;
    parts.push(part);
    if (sizeBytes > MANIFEST_LIMIT_BYTES) break;
  }
  return parseManifest(Buffer.concat(parts));
}
