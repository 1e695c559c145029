import { type Digest, isDigest } from '#core/digest.ts';

/** A blob's path in an OCI layout (OCI image layout, "Blobs"). */
export function blobPath(digest: Digest): string {
  return `blobs/${digest.replace(':', '/')}`;
}

/** The digest that a path says its blob has; undefined for any other path. */
export function blobDigest(path: string): Digest | undefined {
  const match = /^blobs\/([a-z0-9]+)\/([0-9a-f]+)$/.exec(path);
  const digest = match === null ? '' : `${match[1]}:${match[2]}`;
  return isDigest(digest) ? digest : undefined;
}
