import { existsSync, statSync } from 'node:fs';
import type { AdvisoriesInfo } from '#advisory/advisory.ts';
import { verifyAdvisories } from '#advisory/store/verify.ts';
import { advisoriesHome } from '#app/advisories-home.ts';
import type { Environment } from '#app/data-directory.ts';
import { openDefaultAdvisories, refuseDirectory } from '#app/default-advisories.ts';

/** What the next scan would compare with. */
export interface AdvisoriesStatus {
  readonly info: AdvisoriesInfo;
  /** Left out for the starter set, which is part of the program. */
  readonly file?: { readonly path: string; readonly sizeBytes: number };
  readonly ageMs: number;
}

/**
 * Tells which advisories are used and checks the whole file (`holdfast db status`).
 * @throws as {@link openDefaultAdvisories}; `ADVISORIES_CORRUPT` for damage anywhere in the file
 */
export async function advisoriesStatus(
  file: string | undefined,
  environment: Environment,
  now: Date,
): Promise<AdvisoriesStatus> {
  const path = file ?? advisoriesHome(environment);
  const age = (info: AdvisoriesInfo) => Math.max(0, now.getTime() - Date.parse(info.builtAt));
  if (file === undefined && !environment['HOLDFAST_ADVISORIES'] && !existsSync(path)) {
    const { info } = await openDefaultAdvisories(undefined, environment);
    return { info, ageMs: age(info) };
  }
  refuseDirectory(path);
  const info = verifyAdvisories(path);
  return { info, file: { path, sizeBytes: statSync(path).size }, ageMs: age(info) };
}
