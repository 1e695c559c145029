import { HoldfastError } from '#core/errors.ts';

declare const brand: unique symbol;

/** A content digest such as `sha256:<64 lowercase hex>`. Made only by {@link parseDigest}. */
export type Digest = string & { readonly [brand]: 'Digest' };

const HEX_LENGTH: Readonly<Record<string, number>> = { sha256: 64, sha384: 96, sha512: 128 };
const SHAPE = /^(sha256|sha384|sha512):([0-9a-f]+)$/;

/** True for a digest of a registered algorithm in its canonical form (OCI image specification, descriptor, "Digests"). */
export function isDigest(text: string): text is Digest {
  const match = SHAPE.exec(text);
  return match !== null && match[2]?.length === HEX_LENGTH[match[1] ?? ''];
}

/** @throws `DIGEST_INVALID` for anything but a canonical sha256, sha384 or sha512 digest. */
export function parseDigest(text: string): Digest {
  if (isDigest(text)) return text;
  throw new HoldfastError('DIGEST_INVALID', `${JSON.stringify(text.slice(0, 120))} is not a content digest`, {
    hint: 'A digest looks like sha256: followed by 64 lower-case hexadecimal digits.',
  });
}

/** The algorithm's name, as node:crypto knows it. */
export function digestAlgorithm(digest: Digest): string {
  return digest.slice(0, digest.indexOf(':'));
}

/** The hexadecimal part. */
export function digestHex(digest: Digest): string {
  return digest.slice(digest.indexOf(':') + 1);
}
