import { join } from 'node:path';
import { cacheHome } from '#app/cache-home.ts';
import type { Environment } from '#app/data-directory.ts';
import type { Home } from '#app/home/home.ts';
import { findCredentials } from '#app/volume/repositories/credentials.ts';
import { type RepositorySettings, readSettings, repositoryPaths } from '#app/volume/repositories/settings.ts';
import type { RepositoryAccess, SnapshotEngine } from '#volume/engines/engine.ts';
import { resticEngine } from '#volume/engines/restic/restic-engine.ts';

/** A repository of a home, ready to work with. Nothing was asked of it yet. */
export interface OpenRepository {
  readonly settings: RepositorySettings;
  readonly access: RepositoryAccess;
  readonly engine: SnapshotEngine;
  /** Of this program: what connections may take of it, they take. */
  readonly environment: Environment;
}

/** @throws `REPOSITORY_UNKNOWN`, `REPOSITORY_UNREADABLE`, `REPOSITORY_CREDENTIALS_*` */
export function openRepository(home: Pick<Home, 'directory'>, name: string, environment: Environment): OpenRepository {
  const settings = readSettings(home, name);
  const access = accessOf(home, settings, environment);
  return { settings, access, environment, engine: resticEngine(access, environment) };
}

/** How a repository with such settings is reached. */
export function accessOf(
  home: Pick<Home, 'directory'>,
  settings: Omit<RepositorySettings, 'id' | 'formatVersion' | 'addedAt'>,
  environment: Environment,
): RepositoryAccess {
  const { name, location, credentialsFile, certificatesFile, options, shared } = settings;
  const paths = repositoryPaths(home, name);
  return {
    ...{ location, options, shared },
    passwordFile: paths.password,
    credentials: findCredentials(location, credentialsFile, environment),
    ...(certificatesFile === undefined ? {} : { certificatesFile }),
    cacheDirectory: join(cacheHome(environment), 'restic', name),
    workDirectory: paths.work,
    lockPath: paths.turns,
  };
}
