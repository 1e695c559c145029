import { chmodSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { replaceFile } from '#base/files/replace-file.ts';
import { writing } from '#base/files/writing.ts';
import { HoldfastError, type Problem, systemCode } from '#core/errors.ts';

const LIMIT_BYTES = 64 * 1024;
const LEAST_CHARACTERS = 8;

/** A small file of the operator’s. @throws `REPOSITORY_SECRET_UNREADABLE` */
export function readSecretFile(path: string): string {
  let why: string;
  let cause: unknown;
  try {
    if (statSync(path).size <= LIMIT_BYTES) return readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
    why = 'it is too large';
  } catch (error) {
    why = systemCode(error) ?? 'unknown';
    cause = error;
  }
  throw new HoldfastError('REPOSITORY_SECRET_UNREADABLE', `${path} cannot be read: ${why}`, { kind: 'usage', cause });
}

/**
 * The password in a file, as restic reads it: all of it but the white space around it.
 * @param isNew something is going to be encrypted with it: what is easily guessed is refused
 * @throws `REPOSITORY_SECRET_UNREADABLE`, `REPOSITORY_PASSWORD_INVALID`
 */
export function readPasswordFile(path: string, isNew: boolean): string {
  const password = readSecretFile(path).trim();
  const why =
    password === ''
      ? 'holds no password'
      : isNew && [...password].length < LEAST_CHARACTERS
        ? `holds a password of fewer than ${LEAST_CHARACTERS} characters`
        : /\n/.test(password)
          ? 'holds more than one line'
          : undefined;
  if (why === undefined) return password;
  throw new HoldfastError('REPOSITORY_PASSWORD_INVALID', `${path} ${why}`, {
    kind: 'usage',
    hint: 'Put five words by chance, or 20 random characters, on one line; keep a copy elsewhere: without it the data is lost.',
  });
}

/** Says that others of this machine can read a file that they should not. */
export function openFileProblems(path: string): readonly Problem[] {
  if ((statSync(path).mode & 0o077) === 0) return [];
  return [{ code: 'REPOSITORY_SECRET_OPEN', message: `Others may read ${path}`, path, hint: `chmod 600 ${path}` }];
}

/** Writes a secret that only this user can read, durably. @throws `FILE_NOT_WRITTEN` */
export async function writeSecret(path: string, secret: string): Promise<void> {
  writing(path, () => {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    chmodSync(dirname(path), 0o700);
  });
  await replaceFile(path, (append) => append(Buffer.from(`${secret}\n`)), { mode: 0o600 });
}
