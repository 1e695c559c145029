import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { HoldfastError } from '#core/errors.ts';
import { readBase64 } from '#ledger/note/text.ts';

/** Who signed a note, in public: C2SP signed-note, "Signatures". Made only here. */
export interface VerifierKey {
  readonly name: string;
  /** The first four bytes of SHA-256 over name, line feed, 0x01 and public key: 8 lower-case hexadecimal digits. */
  readonly keyId: string;
  /** Ed25519. */
  readonly publicKey: KeyObject;
}

/** Who can sign notes. It prints and serialises without the private key; {@link formatSignerKey} gives it away. */
export interface Signer {
  readonly name: string;
  readonly keyId: string;
  readonly verifierKey: VerifierKey;
  /** Ed25519. */
  readonly privateKey: KeyObject;
}

const KEY_BYTES = 32;
const ED25519 = 0x01;
const TEXT_LIMIT_CHARACTERS = 4096;
const PRIVATE = 'PRIVATE+KEY+';

/** What stands before the 32 bytes in the DER forms that node:crypto reads (RFC 8410, sections 4 and 7). */
const PUBLIC_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');
const PRIVATE_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Whether a note's signature line can hold it: not empty, no spaces of Unicode, no plus, no control characters. */
export function isKeyName(name: string): boolean {
  return name !== '' && name.isWellFormed() && !/[\p{White_Space}+\u0000-\u001f]/u.test(name);
}

/** @throws `KEY_MALFORMED` for a name that no key can have */
export function generateSigner(name: string): Signer {
  return signerOf(name, generateKeyPairSync('ed25519').privateKey);
}

/** `<name>+<8 hexadecimal digits>+<base64 of 0x01 and the public key>`. */
export function formatVerifierKey({ name, keyId, publicKey }: VerifierKey): string {
  return `${name}+${keyId}+${withType(rawPublic(publicKey)).toString('base64')}`;
}

/** Reads exactly what {@link formatVerifierKey} writes, without a line's end. @throws `KEY_MALFORMED` */
export function parseVerifierKey(text: string): VerifierKey {
  if (text.startsWith(PRIVATE)) throw malformed('This is a private key, and a verifier key is asked for');
  const { name, keyId, bytes } = readKey(text);
  const publicKey = createPublicKey({ key: Buffer.concat([PUBLIC_PREFIX, bytes]), format: 'der', type: 'spki' });
  return checked({ name, keyId: keyIdOf(name, publicKey), publicKey }, keyId);
}

/** `PRIVATE+KEY+<name>+<8 hexadecimal digits>+<base64 of 0x01 and the seed>`: a secret. */
export function formatSignerKey({ name, keyId, privateKey }: Signer): string {
  const seed = privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(PRIVATE_PREFIX.length);
  return `${PRIVATE}${name}+${keyId}+${withType(seed).toString('base64')}`;
}

/** Reads exactly what {@link formatSignerKey} writes, without a line's end. @throws `KEY_MALFORMED` */
export function parseSignerKey(text: string): Signer {
  if (!text.startsWith(PRIVATE)) throw malformed(`A private key begins with ${PRIVATE}`);
  const { name, keyId, bytes } = readKey(text.slice(PRIVATE.length));
  const key = Buffer.concat([PRIVATE_PREFIX, bytes]);
  return checked(signerOf(name, createPrivateKey({ key, format: 'der', type: 'pkcs8' })), keyId);
}

function signerOf(name: string, privateKey: KeyObject): Signer {
  if (!isKeyName(name)) throw malformed("A key's name is not empty and has neither spaces nor plus signs");
  const publicKey = createPublicKey(privateKey);
  const keyId = keyIdOf(name, publicKey);
  return { name, keyId, verifierKey: { name, keyId, publicKey }, privateKey };
}

function readKey(text: string): { readonly name: string; readonly keyId: string; readonly bytes: Buffer } {
  // The base64 may have plus signs of its own.
  const [, name = '', keyId = '', base64 = ''] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(limited(text)) ?? [];
  const bytes = readBase64(base64);
  if (!isKeyName(name) || bytes === undefined || bytes.length !== 1 + KEY_BYTES || bytes[0] !== ED25519) {
    throw malformed('This is no Ed25519 key of a note');
  }
  return { name, keyId, bytes: bytes.subarray(1) };
}

function limited(text: string): string {
  return text.length <= TEXT_LIMIT_CHARACTERS ? text : '';
}

function checked<Key extends { readonly keyId: string }>(key: Key, keyId: string): Key {
  if (key.keyId !== keyId) throw malformed('The key is not the one that its eight digits name');
  return key;
}

function keyIdOf(name: string, publicKey: KeyObject): string {
  const hash = createHash('sha256')
    .update(`${name}\n`)
    .update(withType(rawPublic(publicKey)));
  return hash.digest('hex').slice(0, 8);
}

function rawPublic(publicKey: KeyObject): Buffer {
  return publicKey.export({ format: 'der', type: 'spki' }).subarray(PUBLIC_PREFIX.length);
}

function withType(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.of(ED25519), bytes]);
}

/** Never with a part of the text: it may be a secret that was put in the wrong place. */
function malformed(message: string): HoldfastError {
  return new HoldfastError('KEY_MALFORMED', message, {
    hint: 'A verifier key looks like name+0123abcd+base64, a private key like PRIVATE+KEY+name+0123abcd+base64.',
  });
}
