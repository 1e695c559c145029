import type { Problem } from '#core/errors.ts';

/**
 * Problems that cannot hide a package, each for a reason. All others can, also those that a later version brings: an
 * image with one of them is known in part.
 * `RPM_FILE_LIST`: which files a package owns is damaged; more is reported then, not less.
 */
const HARMLESS: ReadonlySet<string> = new Set(['RPM_FILE_LIST']);

/** Who an image's users are: no package is listed there. */
const USERS_FILE = /^\/?etc\/passwd$/;

/** Debian keeps licences in files of their own: packages are listed elsewhere. */
const LICENCE_FILE = /^\/?usr\/share\/doc\/[^/]+\/copyright$/;

/** Whether a problem while scanning may have hidden packages, and with them what is wrong with them. */
export function hidesPackages(problem: Problem): boolean {
  return !HARMLESS.has(problem.code) && !USERS_FILE.test(problem.path ?? '') && !hidesLicences(problem);
}

/** Whether a problem has hidden what a package's licence is, and nothing else. */
export function hidesLicences({ path }: Problem): boolean {
  return path !== undefined && LICENCE_FILE.test(path);
}
