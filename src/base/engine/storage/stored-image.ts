import { createHash } from 'node:crypto';
import { storageUnreadable } from '#base/engine/storage/small-file.ts';
import { type Digest, digestAlgorithm } from '#core/digest.ts';

/** A layer in an engine's storage, unpacked with the overlay filesystem's whiteouts. */
export interface StoredLayer {
  readonly directory: string;
  readonly diffId: Digest;
  /** The engine's record of the archive that was unpacked here (tar-split). */
  readonly record: string;
  /** Passes as long as the engine keeps the layer. @throws `ENGINE_STORAGE_UNREADABLE` once its removal has begun */
  confirm(): void;
}

/** An image in an engine's storage. */
export interface StoredImage {
  /** The configuration, whose digest was compared with the image's id. */
  readonly config: Buffer;
  /** Bottom first; as many as the configuration lists, each with the diffID that it lists. */
  readonly layers: readonly StoredLayer[];
}

/** What a container has above its image's layers. */
export interface ContainerDirectories {
  /** Lower first; the last one is what the container writes to. */
  readonly directories: readonly string[];
  /** As of a {@link StoredLayer}. */
  confirm(): void;
}

/** Passes for bytes of the given digest. @throws `ENGINE_STORAGE_UNREADABLE` */
export function requireDigest(bytes: Buffer, digest: Digest, path: string): Buffer {
  const algorithm = digestAlgorithm(digest);
  if (`${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}` === digest) return bytes;
  throw storageUnreadable(path, `${path} does not have the digest ${digest}`);
}
