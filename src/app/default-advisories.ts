import { existsSync, statSync } from 'node:fs';
import type { Advisories } from '#advisory/advisory.ts';
import { openAdvisories } from '#advisory/store/open.ts';
import { advisoriesHome } from '#app/advisories-home.ts';
import type { Environment } from '#app/data-directory.ts';
import { HoldfastError } from '#core/errors.ts';

/** Refuses a directory where a file of advisories is meant; whatever else is wrong is told by who opens it. @throws `ADVISORIES_UNREADABLE` */
export function refuseDirectory(path: string): void {
  if (!existsSync(path) || !statSync(path).isDirectory()) return;
  throw new HoldfastError('ADVISORIES_UNREADABLE', `${path} is a directory, not a file of advisories`, {
    path,
    kind: 'usage',
    hint: 'Name the file that holdfast db build or holdfast db update made.',
  });
}

/**
 * Opens the advisories to compare with: the named file, else the default one ({@link advisoriesHome}), else the
 * starter set that is built in.
 * @throws `ADVISORIES_UNREADABLE` when a named file, or the one of HOLDFAST_ADVISORIES, is missing or a directory;
 * `ADVISORIES_CORRUPT`, `ADVISORIES_VERSION`
 */
export async function openDefaultAdvisories(file: string | undefined, environment: Environment): Promise<Advisories> {
  const path = file ?? advisoriesHome(environment);
  const named = file !== undefined || Boolean(environment['HOLDFAST_ADVISORIES']);
  refuseDirectory(path);
  if (named || existsSync(path)) return openAdvisories(path);
  const { starterSet } = await import('#advisory/starter/load.ts');
  const { advisoriesFromMemory } = await import('#advisory/store/in-memory.ts');
  const { info, advisories, exploitation } = starterSet();
  return advisoriesFromMemory(info, advisories, exploitation);
}
