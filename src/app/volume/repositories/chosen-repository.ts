import type { Environment } from '#app/data-directory.ts';
import type { Home } from '#app/home/home.ts';
import { type OpenRepository, openRepository } from '#app/volume/repositories/open-repository.ts';
import { repositoryNames } from '#app/volume/repositories/settings.ts';
import { HoldfastError } from '#core/errors.ts';

/** The repository that is meant: the one that is named, else the home's only one. @throws `REPOSITORY_NOT_NAMED` */
export function chosenRepository(home: Pick<Home, 'directory'>, named: string | undefined): string {
  if (named !== undefined) return named;
  const names = repositoryNames(home);
  const [only] = names;
  if (only !== undefined && names.length === 1) return only;
  throw new HoldfastError(
    'REPOSITORY_NOT_NAMED',
    `This home has ${names.length} repositories: say which, with --repo`,
    {
      kind: 'usage',
      hint: only === undefined ? 'Make one: holdfast volume repo init' : `It has ${names.join(', ')}.`,
    },
  );
}

/** The same, ready to work with. @throws `REPOSITORY_*` */
export function openChosen(
  home: Pick<Home, 'directory'>,
  named: string | undefined,
  environment: Environment,
): OpenRepository {
  return openRepository(home, chosenRepository(home, named), environment);
}
