import type { Cataloger } from '#inventory/cataloger.ts';
import { readPackageLock } from './package-lock.ts';

/** npm packages that a lock file names. */
export const npmLock: Cataloger = {
  id: 'npm-lock',
  version: 2,
  title: 'npm packages named in lock files',
  match: { names: ['package-lock.json', 'npm-shrinkwrap.json'], only: /^(?!(?:[^/]*\/)*node_modules\/)/ },
  limitBytes: 64 * 1024 * 1024,
  *catalog(file, context) {
    const lock = readPackageLock(file.path, file.bytes);
    if (lock.problem !== undefined) context.problem(lock.problem);
    for (const one of lock.packages) yield { kind: 'package', package: one };
  },
};
