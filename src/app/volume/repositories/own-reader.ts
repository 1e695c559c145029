import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OpenRepository } from '#app/volume/repositories/open-repository.ts';
import { withResticCache } from '#volume/engines/restic/reader/remote/restic-cache.ts';
import { openRepository, type ResticRepository } from '#volume/engines/restic/reader/repository.ts';
import { repositoryFiles } from '#volume/engines/restic/reader/repository-files.ts';

/** A repository that is read without restic. */
export interface OwnReader {
  readonly repository: ResticRepository;
  /** Ends what keeps it open: connections, ssh. */
  close(): Promise<void>;
}

/**
 * Opens a repository for reading without restic, wherever it lies. What restic keeps of a server on this machine is not
 * fetched again. @throws as `openRepository` and `repositoryFiles`
 */
export async function openOwnReader({
  settings,
  access,
  environment,
}: Pick<OpenRepository, 'settings' | 'access' | 'environment'>): Promise<OwnReader> {
  const direct = repositoryFiles(access, environment);
  const isHere = access.location.startsWith('/');
  const files = isHere ? direct : withResticCache(direct, join(access.cacheDirectory, settings.id));
  try {
    const repository = await openRepository(files, passwordOf(access.passwordFile));
    return {
      repository,
      close: async () => {
        repository.close();
        await files.close();
      },
    };
  } catch (error) {
    await files.close();
    throw error;
  }
}

/** What is in a file with a password, without the end of its line. */
export function passwordOf(file: string): string {
  return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
}
