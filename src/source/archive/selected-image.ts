import type { Digest } from '#core/digest.ts';
import type { HoldfastError } from '#core/errors.ts';
import type { ImageConfig } from '#core/oci/config.ts';
import type { Platform } from '#core/platform.ts';
import type { LayerIdentity } from '#image/image.ts';

/** Which image of a layout is meant. */
export interface ImageChoice {
  /** A tag, a whole reference, or a digest. */
  readonly name?: string;
  readonly platform?: Platform;
  /** What to take of an index when no platform was asked for. */
  readonly defaultPlatform: Platform;
  /** False: digests are not compared. */
  readonly verify: boolean;
}

/** A layer of a layout: where its bytes lie, and what they must be. */
export interface SelectedLayer {
  readonly path: string;
  readonly expected: LayerIdentity;
  /** As the manifest says. */
  readonly sizeBytes?: number;
  /** Why it is not read, if it is not: what it holds is then missing from the report. */
  readonly unread?: HoldfastError;
  /** It is said to lie elsewhere: where it is not in the layout, that is no damage. */
  readonly foreign?: boolean;
}

/** An image of a layout: what describes it, and where its layers lie, bottom first. */
export interface SelectedImage {
  readonly config: ImageConfig;
  readonly imageId: Digest;
  readonly digest?: Digest;
  readonly annotations: Readonly<Record<string, string>>;
  readonly tags: readonly string[];
  readonly layers: readonly SelectedLayer[];
  /** Of all that the layers unpack to, where the engine says it. */
  readonly unpackedBytes?: number;
}

/** Reads a small file of the layout, at most `limitBytes`; undefined when there is none. */
export type ReadDescription = (path: string, limitBytes: number) => Buffer | undefined;
