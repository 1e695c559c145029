import type { Home } from '#app/home/home.ts';
import { hasHome } from '#app/home/home-directory.ts';

/**
 * The home to record in. Nothing of the ledger is loaded where there is none and none was asked for.
 * @param record undefined: where there is one
 */
export async function homeFor(
  { record }: { readonly record?: boolean },
  environment: NodeJS.ProcessEnv,
): Promise<Home | undefined> {
  if (record === false || (record === undefined && !hasHome(environment))) return undefined;
  const { homeToRecordIn } = await import('#cli/record-scans.ts');
  return homeToRecordIn(record, environment);
}
