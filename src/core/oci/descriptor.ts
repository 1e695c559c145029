import type { Digest } from '#core/digest.ts';
import type { Platform } from '#core/platform.ts';

/** Points to content by digest (OCI image specification, descriptor). */
export interface Descriptor {
  /** Empty when the document leaves it out. */
  readonly mediaType: string;
  readonly digest: Digest;
  readonly sizeBytes: number;
  readonly platform?: Platform;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Other places that are said to hold the content; never fetched from. */
  readonly urls?: readonly string[];
}
