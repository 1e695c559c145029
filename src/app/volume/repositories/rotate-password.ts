import { existsSync, readFileSync, rmSync } from 'node:fs';
import type { OpenRecord } from '#app/home/open-record.ts';
import type { OpenRepository } from '#app/volume/repositories/open-repository.ts';
import { readPasswordFile, writeSecret } from '#app/volume/repositories/secret-files.ts';
import { repositoryPaths } from '#app/volume/repositories/settings.ts';
import { takeLock } from '#base/files/lock-file.ts';
import { HoldfastError } from '#core/errors.ts';
import type { RepositoryKeys } from '#volume/engines/engine.ts';

export interface RotateRequest {
  readonly newPasswordFile: string;
  /** Others open the repository with the old password. */
  readonly keepOld: boolean;
}

export interface RotateDeps {
  readonly record: OpenRecord;
  readonly actor: string;
}

export interface RotatedPassword {
  readonly newKey: string;
  /** Null: it stays valid. */
  readonly removedKey: string | null;
}

/**
 * Changes the password of a repository: the new one is added and tried, takes the old one’s place in the home, and only
 * then the old one is removed. Whenever it is interrupted, the home has a password that opens the repository, and doing it
 * again completes it.
 * @throws `REPOSITORY_PASSWORD_*`, `RESTIC_*`, `FILE_NOT_WRITTEN`
 */
export async function rotatePassword(
  repository: OpenRepository,
  request: RotateRequest,
  deps: RotateDeps,
): Promise<RotatedPassword> {
  const paths = repositoryPaths(deps.record.home, repository.settings.name);
  const lock = takeLock(`${paths.turns}.rotation`);
  if (lock === undefined) {
    throw new HoldfastError('RESTIC_BUSY', 'The password of this repository is being changed already', {
      hint: 'Wait for that, then look which password it has.',
    });
  }
  try {
    return await rotate(repository, request, deps, paths);
  } finally {
    lock.release();
  }
}

async function rotate(
  { settings, engine }: OpenRepository,
  request: RotateRequest,
  { record, actor }: RotateDeps,
  paths: Paths,
): Promise<RotatedPassword> {
  const { name, id } = settings;
  const password = readPasswordFile(request.newPasswordFile, true);
  const isResumed = existsSync(paths.previousPassword) && readSecret(paths.password) === password;
  if (!isResumed) {
    if (existsSync(paths.previousPassword)) await endEarlier(engine.keys, paths);
    if (readSecret(paths.password) === password) {
      throw new HoldfastError('REPOSITORY_PASSWORD_SAME', 'The new password is the old one', { kind: 'usage' });
    }
    await endAbandoned(engine.keys, paths, password);
    await writeSecret(paths.nextPassword, password);
    if (!(await opens(engine.keys, paths.nextPassword))) await engine.keys.add(paths.nextPassword);
    await engine.keys.current(paths.nextPassword);
    // Both are on disk before one takes the other’s place.
    await writeSecret(paths.previousPassword, readSecret(paths.password));
    await writeSecret(paths.password, password);
    rmSync(paths.nextPassword, { force: true });
  }
  const newKey = await engine.keys.current(paths.password);
  const removedKey = request.keepOld ? null : await removeOld(engine.keys, paths, newKey);
  rmSync(paths.previousPassword, { force: true });
  const data = { name, id, newKey, removedKey };
  const events = [{ type: 'repository.password-rotated', data }] as const;
  await record.ledger.append({ stream: `repository:${id}`, events, actor });
  return { newKey, removedKey };
}

type Paths = ReturnType<typeof repositoryPaths>;

/** An earlier change was interrupted before the password of that time was removed. */
async function endEarlier(keys: RepositoryKeys, paths: Paths): Promise<void> {
  await removeOld(keys, paths, await keys.current(paths.password));
  rmSync(paths.previousPassword, { force: true });
}

/** An earlier change to yet another password was interrupted: that one must not stay valid. */
async function endAbandoned(keys: RepositoryKeys, paths: Paths, password: string): Promise<void> {
  if (!existsSync(paths.nextPassword) || readSecret(paths.nextPassword) === password) return;
  if (await opens(keys, paths.nextPassword)) {
    const abandoned = await keys.current(paths.nextPassword);
    if (abandoned !== (await keys.current(paths.password))) await keys.remove(abandoned, paths.password);
  }
  rmSync(paths.nextPassword, { force: true });
}

/** @returns the key that was removed; null when the old password opens nothing any more */
async function removeOld(keys: RepositoryKeys, paths: Paths, newKey: string): Promise<string | null> {
  if (!(await opens(keys, paths.previousPassword))) return null;
  const old = await keys.current(paths.previousPassword);
  // Interrupted between the two files, both are the same.
  if (old === newKey) return null;
  await keys.remove(old, paths.password);
  return old;
}

async function opens(keys: RepositoryKeys, passwordFile: string): Promise<boolean> {
  try {
    await keys.current(passwordFile);
    return true;
  } catch (error) {
    if (error instanceof HoldfastError && error.code === 'RESTIC_PASSWORD_WRONG') return false;
    throw error;
  }
}

function readSecret(path: string): string {
  return readFileSync(path, 'utf8').trim();
}
