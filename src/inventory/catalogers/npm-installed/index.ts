import type { Cataloger } from '#inventory/cataloger.ts';
import { readPackageJson } from './package-json.ts';
import { POSSIBLE_PLACE } from './place.ts';

/** Installed npm packages, by the package.json of each. */
export const npmInstalled: Cataloger = {
  id: 'npm-installed',
  version: 2,
  title: 'npm packages in node_modules and elsewhere',
  match: { names: ['package.json'], only: POSSIBLE_PLACE },
  limitBytes: 4 * 1024 * 1024,
  *catalog(file, context) {
    const read = readPackageJson(file.path, file.bytes);
    if (read.kind === 'problem') context.problem(read.problem);
    if (read.kind === 'package') yield { kind: 'package', package: read.package };
  },
};
