import type { Digest } from '#core/digest.ts';
import type { Problem } from '#core/errors.ts';
import type { ImageConfig } from '#core/oci/config.ts';
import type { Platform } from '#core/platform.ts';

/**
 * How far the bytes that were read are proved to be the image's:
 * `digests` every manifest, config and layer was hashed and matched · `engine` an engine's unpacked directories were
 * read, which cannot be hashed back · `none` hashing was switched off · `not-applicable` there is nothing to compare
 * with (a directory, an SBOM).
 */
export type Verified = 'digests' | 'engine' | 'none' | 'not-applicable';

/**
 * How large an image is, and what was added up: its layers as they are stored and sent, as tars that are not compressed, or
 * the files that an engine unpacked.
 */
export interface ImageSize {
  readonly bytes: number;
  readonly of: 'compressed' | 'uncompressed' | 'unpacked';
}

/** What is known of an image beside its layers. */
export interface ImageDescription {
  /** The kind of source, for example `docker-archive`. */
  readonly kind: string;
  /** What the user would call it: a reference, a file, a directory. */
  readonly reference: string;
  /** The manifest's digest where there is a manifest. */
  readonly digest?: Digest;
  /** The config's digest, which engines call the image's id. */
  readonly imageId?: Digest;
  readonly platform?: Platform;
  readonly verified: Verified;
  readonly config?: ImageConfig;
  /** Of all layers together, as far as every one of them is known. */
  readonly size?: ImageSize;
  readonly annotations: Readonly<Record<string, string>>;
  readonly tags: readonly string[];
  readonly problems: readonly Problem[];
}

/** Which layer: its digest as stored, and its diffID, the digest of the uncompressed tar. */
export interface LayerIdentity {
  readonly digest?: Digest;
  readonly diffId?: Digest;
}

/** A layer's bytes, or its unpacked directory; nothing has been read yet. */
export type LayerContent =
  | {
      /** Bytes of a file that can be read at any offset; compressed or not. */
      readonly kind: 'range';
      readonly file: string;
      readonly offset: number;
      readonly sizeBytes: number;
    }
  | {
      /** Bytes that pass by once; compressed or not. */
      readonly kind: 'stream';
      readonly chunks: AsyncIterable<Uint8Array>;
      /** The same bytes once more, where they can be had. */
      again?(): AsyncIterable<Uint8Array>;
    }
  | {
      /** A directory that an engine unpacked or a container writes to, with the overlay filesystem's whiteouts. */
      readonly kind: 'overlay';
      readonly directory: string;
      readonly entries: OverlayEntries;
      /** Asked when all was read. Throws when the engine has begun to remove the layer meanwhile. */
      confirm(): void;
    }
  | {
      /** A plain directory tree. */
      readonly kind: 'tree';
      readonly directory: string;
      /** Absolute paths that are left out. */
      readonly leaveOut: readonly string[];
    };

/** How the entries of an engine's directory are found. */
export type OverlayEntries =
  | {
      /** From the engine's record of the archive that was unpacked (tar-split), which says all that the archive said. */
      readonly from: 'record';
      readonly file: string;
    }
  | {
      /** From the directory itself, which may change while it is read. */
      readonly from: 'directory';
      /**
       * The directories that hide what the layers below have in them, relative to the root. An extended attribute says
       * it, which Node cannot read, so the source finds it out in another way.
       */
      opaques(): Promise<readonly string[]>;
    };

/** What reading a layer gave, and the digests of the bytes that went by, where they were hashed. */
export interface LayerRead<R> {
  readonly result: R;
  /** Digest of the bytes as stored (compressed). */
  readonly digest?: Digest;
  /** Digest of the uncompressed tar. */
  readonly diffId?: Digest;
}

/** Reads one layer to a result. Expected digests are compared by it when they are known. */
export type ReadLayer<R> = (content: LayerContent, expected: LayerIdentity) => Promise<LayerRead<R>>;

/** One layer of a read image. */
export interface ImageLayer<R> extends LayerIdentity {
  /** The build step that made it, from the history. */
  readonly instruction?: string;
  readonly result: R;
}

export interface ReadImage<R> {
  readonly description: ImageDescription;
  /** Bottom first. */
  readonly layers: readonly ImageLayer<R>[];
}

/** An image that was found and can be read once. Layers are given to `readLayer` in whatever order the source has them. */
export interface Image {
  read<R>(readLayer: ReadLayer<R>): Promise<ReadImage<R>>;
  close(): Promise<void>;
}
