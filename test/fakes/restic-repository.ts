import { createCipheriv, createHash, randomBytes, scryptSync } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { poly1305 } from '#volume/engines/restic/reader/poly1305.ts';
import type { ResticKey } from '#volume/engines/restic/reader/seal.ts';
import { zstdFrame } from './zstd.ts';

/** A blob of a pack that a test makes. */
export interface FakeBlob {
  readonly type: 'data' | 'tree';
  readonly bytes: Buffer;
  readonly compressed?: boolean;
}

/** A repository of restic's format, written by the design document alone: small, and with weak keys. */
export interface FakeRepository {
  readonly key: ResticKey;
  /** Its name. */
  pack(blobs: readonly FakeBlob[]): string;
  /** A sealed file of JSON: an object, or text that is no JSON. */
  unpacked(folder: 'index' | 'snapshots', json: unknown): string;
  /** The index of all packs so far. */
  index(extra?: object): string;
  snapshot(tree: string, fields?: object): string;
}

export const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** A tree's bytes, of nodes as restic writes them. */
export function fakeTree(nodes: readonly object[]): Buffer {
  return Buffer.from(`${JSON.stringify({ nodes })}\n`);
}

function seal(key: ResticKey, plain: Buffer): Buffer {
  const iv = randomBytes(16);
  const ciphertext = createCipheriv('aes-256-ctr', key.encrypt, iv).update(plain);
  const nonce = createCipheriv('aes-128-ecb', key.macK, null).update(iv);
  return Buffer.concat([iv, ciphertext, poly1305(key.macR, nonce, ciphertext)]);
}

/** A key file that costs next to nothing to open. A real repository whose key it holds is opened with it, too. */
export function weakKeyFile(key: ResticKey, password: string): Buffer {
  const salt = randomBytes(64);
  const derived = scryptSync(password, salt, 64, { N: 16, r: 1, p: 1 });
  const own = { encrypt: derived.subarray(0, 32), macK: derived.subarray(32, 48), macR: derived.subarray(48) };
  const base64 = (bytes: Buffer) => bytes.toString('base64');
  const master = { mac: { k: base64(key.macK), r: base64(key.macR) }, encrypt: base64(key.encrypt) };
  const data = base64(seal(own, Buffer.from(JSON.stringify(master))));
  return Buffer.from(JSON.stringify({ kdf: 'scrypt', N: 16, r: 1, p: 1, salt: base64(salt), data }));
}

export function fakeRepository(root: string, password: string, version = 2): FakeRepository {
  const key = { encrypt: randomBytes(32), macK: randomBytes(16), macR: randomBytes(16) };
  const packs: object[] = [];
  const put = (folder: string, bytes: Buffer): string => {
    const name = sha256(bytes);
    mkdirSync(join(root, folder === 'data' ? join(folder, name.slice(0, 2)) : folder), { recursive: true });
    writeFileSync(join(root, folder, folder === 'data' ? name.slice(0, 2) : '', name), bytes);
    return name;
  };
  const unpacked = (folder: 'index' | 'snapshots', json: unknown): string => {
    const text = Buffer.from(typeof json === 'string' ? json : JSON.stringify(json));
    const plain = version === 1 ? text : Buffer.concat([Buffer.from([2]), zstdFrame(text)]);
    return put(folder, seal(key, plain));
  };
  put('keys', weakKeyFile(key, password));
  const config = { version, id: randomBytes(32).toString('hex'), chunker_polynomial: '25b468838dcb75' };
  writeFileSync(join(root, 'config'), seal(key, Buffer.from(JSON.stringify(config))));
  return {
    key,
    pack: (blobs) => {
      const bodies: Buffer[] = [];
      const header: Buffer[] = [];
      const listed: object[] = [];
      let offset = 0;
      for (const { type, bytes, compressed = false } of blobs) {
        const sealed = seal(key, compressed ? zstdFrame(bytes) : bytes);
        bodies.push(sealed);
        const lengths = Buffer.alloc(compressed ? 8 : 4);
        lengths.writeUInt32LE(sealed.length, 0);
        if (compressed) lengths.writeUInt32LE(bytes.length, 4);
        const id = sha256(bytes);
        const kind = (type === 'tree' ? 1 : 0) + (compressed ? 2 : 0);
        header.push(Buffer.from([kind]), lengths, Buffer.from(id, 'hex'));
        const plain = compressed ? { uncompressed_length: bytes.length } : {};
        listed.push({ id, type, offset, length: sealed.length, ...plain });
        offset += sealed.length;
      }
      const sealedHeader = seal(key, Buffer.concat(header));
      const length = Buffer.alloc(4);
      length.writeUInt32LE(sealedHeader.length, 0);
      const name = put('data', Buffer.concat([...bodies, sealedHeader, length]));
      packs.push({ id: name, blobs: listed });
      return name;
    },
    unpacked,
    index: (extra = {}) => unpacked('index', { packs, ...extra }),
    snapshot: (tree, fields = {}) =>
      unpacked('snapshots', { time: '2026-01-01T00:00:00Z', tree, paths: ['/data'], ...fields }),
  };
}
