import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { homePaths } from '#app/home/home-directory.ts';
import { replaceFile } from '#base/files/replace-file.ts';
import { HoldfastError, systemCode } from '#core/errors.ts';
import { formatSignerKey, formatVerifierKey, generateSigner, parseSignerKey, type Signer } from '#ledger/note/keys.ts';

type KeyPaths = Pick<ReturnType<typeof homePaths>, 'key' | 'publicKey'>;

/**
 * The key that signs a home's checkpoints; made when there is none. Whoever has it can sign another record: mode 0600.
 * @throws `HOME_KEY_UNREADABLE`, `FILE_NOT_WRITTEN`
 */
export async function makeSigner(paths: KeyPaths): Promise<Signer> {
  mkdirSync(dirname(paths.key), { recursive: true, mode: 0o700 });
  if (!existsSync(paths.key)) {
    const signer = generateSigner(`holdfast/${randomBytes(8).toString('hex')}`);
    await writeKey(paths, signer);
  }
  const signer = readSigner(paths.key);
  // One that was copied from another home came alone, beside the public key of the one before.
  if (!isPublicKeyOf(paths.publicKey, signer)) await writeKey(paths, signer);
  return signer;
}

function isPublicKeyOf(path: string, { verifierKey }: Signer): boolean {
  return existsSync(path) && readFileSync(path, 'utf8').trim() === formatVerifierKey(verifierKey);
}

/** Puts a key, as it was backed up, into its place. */
export async function writeKey(paths: KeyPaths, signer: Signer): Promise<void> {
  const write = (path: string, text: string, mode: number) =>
    replaceFile(path, (append) => append(Buffer.from(`${text}\n`)), { mode });
  mkdirSync(dirname(paths.key), { recursive: true, mode: 0o700 });
  await write(paths.key, formatSignerKey(signer), 0o600);
  await write(paths.publicKey, formatVerifierKey(signer.verifierKey), 0o644);
}

/** @throws `HOME_KEY_UNREADABLE` */
export function readSigner(path: string): Signer {
  try {
    return parseSignerKey(readFileSync(path, 'utf8').trim());
  } catch (cause) {
    const why = systemCode(cause) ?? 'it is not what was written';
    throw new HoldfastError('HOME_KEY_UNREADABLE', `The key ${path} cannot be read: ${why}`, {
      path,
      kind: 'usage',
      hint: 'Restore it from a backup; without it nothing can be recorded.',
      cause,
    });
  }
}
