import { createHash } from 'node:crypto';
import { HoldfastError, problemOf } from '#core/errors.ts';
import type { DamageList } from '#volume/engines/restic/reader/damage.ts';
import { type ResticFiles, throwOutOfReach } from '#volume/engines/restic/reader/files.ts';
import { type KeyFile, openKeyFile, parseKeyFile } from '#volume/engines/restic/reader/key-file.ts';
import type { ResticKey } from '#volume/engines/restic/reader/seal.ts';

/** restic itself tries twenty. Each costs half a second. */
const MOST_KEYS = 64;
const MOST_KEY_BYTES = 64 * 1024;

interface Candidate {
  readonly name: string;
  readonly file: KeyFile;
  /** Its bytes are those that its name stands for. */
  readonly whole: boolean;
}

/**
 * The keys that the password opens, one after the other: whole files first. All but the repository's own are those of
 * somebody who put a file there. Files that are none, or were changed, become damage.
 * @throws `RESTIC_REPOSITORY_MISSING` when there are no keys, `RESTIC_PASSWORD_WRONG`, `RESTIC_KEYS_DAMAGED` when no key
 * file is whole and none opens, and what reading throws
 */
export async function* unlock(files: ResticFiles, password: Buffer, damage: DamageList): AsyncGenerator<ResticKey> {
  const candidates = await readKeys(files, damage);
  let opened = 0;
  for (const { name, file } of candidates) {
    const key = await openKeyFile(file, password).catch((error: unknown) => {
      damage.of('key-junk', name, () => problemOf(error, `keys/${name}`));
      return undefined;
    });
    if (key === undefined) continue;
    opened += 1;
    yield key;
  }
  if (opened > 0) return;
  if (!candidates.some(({ whole }) => whole)) {
    throw new HoldfastError('RESTIC_KEYS_DAMAGED', 'No key file of the repository is whole, and none can be opened', {
      hint: 'Copy the folder keys/ back from another copy of the repository: without a key nothing can be read.',
    });
  }
  throw new HoldfastError('RESTIC_PASSWORD_WRONG', 'The password opens no key of the repository', {
    hint: 'Passwords are compared byte by byte: look for a line end or a space behind it.',
  });
}

async function readKeys(files: ResticFiles, damage: DamageList): Promise<readonly Candidate[]> {
  const names: string[] = [];
  for await (const { name } of files.list('key')) names.push(name);
  if (names.length === 0) {
    throw new HoldfastError('RESTIC_REPOSITORY_MISSING', 'There is no restic repository: it would have keys', {
      hint: 'Look at the location. A repository has a file config and the folders data, index, keys and snapshots.',
    });
  }
  const candidates: Candidate[] = [];
  for (const name of names.sort().slice(0, MOST_KEYS)) {
    try {
      const bytes = await files.read('key', name);
      if (bytes.length > MOST_KEY_BYTES) {
        throw new HoldfastError('RESTIC_KEY_INVALID', `The key file has ${bytes.length} bytes`);
      }
      const whole = createHash('sha256').update(bytes).digest('hex') === name;
      if (!whole) damage.of('key-junk', name, () => problemOf(changed(name), `keys/${name}`));
      candidates.push({ name, file: parseKeyFile(bytes), whole });
    } catch (error) {
      throwOutOfReach(error);
      damage.of('key-junk', name, () => problemOf(error, `keys/${name}`));
    }
  }
  return candidates.sort((a, b) => Number(b.whole) - Number(a.whole));
}

function changed(name: string): HoldfastError {
  return new HoldfastError('RESTIC_FILE_DAMAGED', `The SHA-256 of key ${name} is another: it was changed`, {
    hint: 'Copy the file back from another copy of the repository, or add a key anew with restic key add.',
  });
}
