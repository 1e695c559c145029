import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Incoming } from '#app/home/backup/incoming-parts.ts';
import { invalidBackup, smallBody } from '#app/home/backup/read-archive.ts';
import { writeSecret } from '#app/volume/repositories/secret-files.ts';
import { refuseName, repositoryNames, repositoryPaths } from '#app/volume/repositories/settings.ts';
import { type Problem, problemOf } from '#core/errors.ts';

/** Of a repository's settings; its password follows. */
export const REPOSITORIES = 'repositories/';
export const REPOSITORY_PASSWORDS = 'keys/repositories/';

const LIMIT_BYTES = 64 * 1024;

/** A repository that a home knows, as its two files are. */
export interface RepositoryFiles {
  readonly name: string;
  readonly settings: string;
  readonly password: string;
}

/** The repositories of a home; what cannot be read is a problem. Without their passwords nobody could read the snapshots. */
export function repositoryFiles(
  home: { readonly directory: string },
  problem: (problem: Problem) => void,
): readonly RepositoryFiles[] {
  return repositoryNames(home).flatMap((name) => {
    const paths = repositoryPaths(home, name);
    try {
      return [
        {
          name,
          settings: readFileSync(paths.settings, 'utf8'),
          password: readFileSync(paths.password, 'utf8').trimEnd(),
        },
      ];
    } catch (error) {
      problem(problemOf(error, basename(paths.settings)));
      return [];
    }
  });
}

/** Puts the repositories of a backup into their places. @throws `BACKUP_INVALID` */
export async function takeRepositories(incoming: Incoming, home: { readonly directory: string }): Promise<void> {
  for (;;) {
    const file = await incoming.peek();
    if (!file?.path.startsWith(REPOSITORIES)) return;
    const name = file.path.slice(REPOSITORIES.length, -'.json'.length);
    try {
      refuseName(name);
    } catch {
      throw invalidBackup('the name of a repository is none');
    }
    const settings = await smallBody(await incoming.take(`${REPOSITORIES}${name}.json`), LIMIT_BYTES);
    const password = await smallBody(await incoming.take(`${REPOSITORY_PASSWORDS}${name}`), LIMIT_BYTES);
    const paths = repositoryPaths(home, name);
    await writeSecret(paths.password, password.trimEnd());
    await writeSecret(paths.settings, settings.trimEnd());
  }
}
