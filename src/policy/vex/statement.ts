import { HoldfastError } from '#core/errors.ts';
import type { Purl } from '#core/purl.ts';

/** What a statement says of a flaw in a product (minimum requirements for VEX, status labels). */
export type VexStatus = 'affected' | 'not_affected' | 'fixed' | 'under_investigation';

/** Something that a statement is about, by whatever names it has. */
export interface VexThing {
  readonly purl: Purl | undefined;
  /** Content digests, `sha256:…`. */
  readonly hashes: readonly string[];
  /** As it is written: an IRI, an id of the document's. */
  readonly id: string;
}

/** A product, and the parts of it that are meant; none: all of it. */
export interface VexProduct extends VexThing {
  readonly parts: readonly VexThing[];
}

/** One statement of a document. */
export interface VexStatement {
  /** The document's file, and which statement of it, from 1. */
  readonly source: string;
  readonly number: number;
  /** All ids of the flaw. */
  readonly ids: readonly string[];
  readonly status: VexStatus;
  /** Why, as the document says it; empty where it does not. */
  readonly why: string;
  readonly products: readonly VexProduct[];
  /** Milliseconds since 1970; of the document where the statement has none, 0 where neither says. */
  readonly time: number;
}

/** The error for a document that cannot be read. @param source the document's file @param why a clause */
export function vexInvalid(source: string, why: string): HoldfastError {
  return new HoldfastError('VEX_INVALID', `${source} is not read: ${why}`, {
    kind: 'usage',
    hint: 'OpenVEX, CSAF 2.0 and CycloneDX are read, as JSON.',
  });
}

/** Documents come from vendors: more of it is nobody's statement about an image. */
export const VEX_LIMITS = { statements: 100_000, things: 1_000_000, whyCharacters: 500, ids: 50 } as const;

/** A time of a document; 0 for what is none. */
export function timeOf(...texts: readonly (string | undefined)[]): number {
  for (const text of texts) {
    const time = text === undefined ? Number.NaN : Date.parse(text);
    if (!Number.isNaN(time)) return time;
  }
  return 0;
}

/** Parts of a reason as one text of bearable length. */
export function whyOf(...parts: readonly (string | undefined)[]): string {
  const said = parts.filter((part) => part !== undefined && part.trim() !== '').map((part) => part?.trim());
  return said.join(': ').replace(/\s+/g, ' ').slice(0, VEX_LIMITS.whyCharacters).toWellFormed();
}
