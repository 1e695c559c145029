import { scrypt } from 'node:crypto';
import { jsonValue, openJson } from '#base/json/json-cursor.ts';
import { HoldfastError } from '#core/errors.ts';
import { type ResticKey, unseal } from '#volume/engines/restic/reader/seal.ts';

/** What a key file says: how to make a key of the password, and the repository's own key, sealed with that. */
export interface KeyFile {
  readonly cost: number;
  readonly blockSize: number;
  readonly parallelization: number;
  readonly salt: Buffer;
  readonly sealed: Buffer;
}

const MAX_DEPTH = 8;
const MAX_BYTES = 64 * 1024;
/** restic asks for 60 MiB at most. */
const MAX_MEMORY_BYTES = 512 * 1024 * 1024;
/** Some seconds of work, ten times what restic asks for. */
const MAX_WORK = 2 ** 24;
const KEY_BYTES = 64;

/** @throws `RESTIC_KEY_INVALID` for what is none, or would take too much memory or time */
export function parseKeyFile(bytes: Buffer): KeyFile {
  const fields = jsonFields(bytes);
  const cost = whole(fields, 'N');
  const blockSize = whole(fields, 'r');
  const parallelization = whole(fields, 'p');
  if (fields['kdf'] !== 'scrypt') throw invalid(`its key derivation is ${shown(fields['kdf'])}, not scrypt`);
  if (cost < 2 || (cost & (cost - 1)) !== 0) throw invalid(`its cost ${cost} is no power of two`);
  const work = cost * blockSize * parallelization;
  if (128 * cost * blockSize > MAX_MEMORY_BYTES || work > MAX_WORK) {
    throw invalid(`its parameters ${cost}, ${blockSize} and ${parallelization} ask for too much memory or time`);
  }
  return { cost, blockSize, parallelization, salt: binary(fields, 'salt'), sealed: binary(fields, 'data') };
}

/** The repository's own key; undefined when the password is another. @throws `RESTIC_KEY_INVALID` */
export async function openKeyFile(file: KeyFile, password: Buffer): Promise<ResticKey | undefined> {
  const options = {
    N: file.cost,
    r: file.blockSize,
    p: file.parallelization,
    maxmem: MAX_MEMORY_BYTES + 128 * file.blockSize * (file.parallelization + 2),
  };
  const derived = await new Promise<Buffer>((resolve, reject) => {
    scrypt(password, file.salt, KEY_BYTES, options, (error, key) => {
      if (error === null) resolve(key);
      else reject(invalid(error.message));
    });
  });
  const plain = unseal(keyOf(derived.subarray(0, 32), derived.subarray(32, 48), derived.subarray(48)), file.sealed);
  if (plain === undefined) return undefined;
  const fields = jsonFields(plain);
  const mac = record(fields['mac']);
  return keyOf(binary(fields, 'encrypt', 32), binary(mac, 'k', 16), binary(mac, 'r', 16));
}

function keyOf(encrypt: Buffer, macK: Buffer, macR: Buffer): ResticKey {
  return { encrypt, macK, macR };
}

function jsonFields(bytes: Buffer): Record<string, unknown> {
  try {
    return record(jsonValue(openJson(bytes, MAX_DEPTH), MAX_BYTES));
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : String(error));
  }
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}

function whole(fields: Record<string, unknown>, name: string): number {
  const value = fields[name];
  if (typeof value === 'number' && Number.isInteger(value) && value > 0 && value < 2 ** 31) return value;
  throw invalid(`its ${name} is ${shown(value)}`);
}

function binary(fields: Record<string, unknown>, name: string, sizeBytes?: number): Buffer {
  const value = fields[name];
  const bytes = typeof value === 'string' ? Buffer.from(value, 'base64') : Buffer.alloc(0);
  if (bytes.length === 0 || (sizeBytes !== undefined && bytes.length !== sizeBytes)) {
    throw invalid(`its ${name} is missing or of another length`);
  }
  return bytes;
}

function shown(value: unknown): string {
  return value === undefined ? 'missing' : JSON.stringify(value).slice(0, 40);
}

function invalid(why: string): HoldfastError {
  return new HoldfastError('RESTIC_KEY_INVALID', `The key file is not one: ${why}`);
}
