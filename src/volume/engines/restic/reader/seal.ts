import { createCipheriv, createDecipheriv, type Decipher, timingSafeEqual } from 'node:crypto';
import { poly1305 } from '#volume/engines/restic/reader/poly1305.ts';

/** What decrypts and authenticates: made of a password, or the repository's own. */
export interface ResticKey {
  /** 32 bytes, AES-256. */
  readonly encrypt: Buffer;
  /** 16 bytes, the AES key of the authenticator. */
  readonly macK: Buffer;
  /** 16 bytes, its other part; masked where it is used. */
  readonly macR: Buffer;
}

const IV_BYTES = 16;
const MAC_BYTES = 16;
/** What sealing adds to the plain bytes. */
export const SEAL_BYTES = IV_BYTES + MAC_BYTES;

/**
 * The plain bytes of `IV || ciphertext || MAC`: AES-256 in counter mode, Poly1305-AES over the ciphertext with the IV as
 * nonce (restic's design document, "Keys, Encryption and MAC"). Undefined when the authenticator is another: nothing was
 * decrypted then.
 */
export function unseal(key: ResticKey, sealed: Buffer): Buffer | undefined {
  const opened = openSeal(key, sealed);
  return opened?.decipher.update(opened.ciphertext);
}

/** The same for who wants the plain bytes in pieces: what decrypts, and what it is to be given. */
export function openSeal(
  key: ResticKey,
  sealed: Buffer,
): { readonly decipher: Decipher; readonly ciphertext: Buffer } | undefined {
  if (sealed.length < SEAL_BYTES) return undefined;
  const iv = sealed.subarray(0, IV_BYTES);
  const ciphertext = sealed.subarray(IV_BYTES, sealed.length - MAC_BYTES);
  const nonce = createCipheriv('aes-128-ecb', key.macK, null).update(iv);
  if (!timingSafeEqual(poly1305(key.macR, nonce, ciphertext), sealed.subarray(sealed.length - MAC_BYTES))) {
    return undefined;
  }
  return { decipher: createDecipheriv('aes-256-ctr', key.encrypt, iv), ciphertext };
}
