import { existsSync } from 'node:fs';
import type { Advisories } from '#advisory/advisory.ts';
import { openAdvisories } from '#advisory/store/open.ts';
import { advisoriesHome, type Environment } from '#app/advisories-home.ts';

/**
 * Opens the advisories to compare with: the named file, else the default one ({@link advisoriesHome}), else the
 * starter set that is built in.
 * @throws `ADVISORIES_UNREADABLE` when a named file, or the one of HOLDFAST_ADVISORIES, is missing;
 * `ADVISORIES_CORRUPT`, `ADVISORIES_VERSION`
 */
export async function openDefaultAdvisories(file: string | undefined, environment: Environment): Promise<Advisories> {
  const path = file ?? advisoriesHome(environment);
  const named = file !== undefined || Boolean(environment['HOLDFAST_ADVISORIES']);
  if (named || existsSync(path)) return openAdvisories(path);
  const { starterSet } = await import('#advisory/starter/load.ts');
  const { advisoriesFromMemory } = await import('#advisory/store/in-memory.ts');
  const { info, advisories, exploitation } = starterSet();
  return advisoriesFromMemory(info, advisories, exploitation);
}
