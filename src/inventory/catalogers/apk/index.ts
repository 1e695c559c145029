import type { CatalogContext, Cataloger, ImageFile } from '#inventory/cataloger.ts';
import type { Item } from '#inventory/package.ts';
import { readInstalled } from './installed.ts';
import { readBranches } from './repositories.ts';

const REPOSITORIES = 'etc/apk/repositories';
const MIB = 1024 * 1024;
/** Paths of all packages; a large image has a twentieth. */
const MAX_PATH_CHARACTERS = 64 * MIB;
/** More packages than Alpine has. */
const MAX_PACKAGES = 200_000;

/** Installed apk packages, their origins and files, and the repository branches in use. */
export const apk: Cataloger = {
  id: 'apk',
  version: 2,
  title: 'Installed apk packages',
  match: { paths: ['lib/apk/db/installed', 'usr/lib/apk/db/installed', REPOSITORIES] },
  limitBytes: 64 * MIB,
  *catalog(file, context) {
    if (file.path !== REPOSITORIES) yield* catalogInstalled(file, context);
    else {
      const branches = readBranches(file.bytes.subarray(0, MIB).toString('utf8'));
      if (branches.length > 0) yield { kind: 'repositories', branches };
    }
  },
};

function* catalogInstalled(file: ImageFile, context: CatalogContext): Generator<Item, void, undefined> {
  let packages = 0;
  let damaged = 0;
  let firstDamage = '';
  for (const stanza of readInstalled(file.bytes.toString('utf8'), MAX_PATH_CHARACTERS)) {
    const whole = 'package' in stanza && stanza.whole;
    if (!whole && damaged === 0) firstDamage = 'damaged' in stanza ? stanza.damaged : `${stanza.package.name}'s files`;
    if (!whole) damaged += 1;
    if ('damaged' in stanza) continue;
    packages += 1;
    if (packages > MAX_PACKAGES) break;
    yield { kind: 'package', package: stanza.package };
    if (stanza.paths !== '') yield { kind: 'files', package: stanza.package.name, paths: stanza.paths };
  }
  const problem = (code: string, message: string) => {
    const hint = 'Packages may be missing from this list. Rebuild the image, or run apk fix.';
    context.problem({ code, message, path: file.path, hint });
  };
  if (packages > MAX_PACKAGES) problem('APK_TOO_MANY', `More than ${MAX_PACKAGES} packages are listed`);
  if (damaged > 0) {
    const what = firstDamage.slice(0, 120);
    problem('APK_DAMAGED', `The list of installed packages is damaged at ${damaged} packages, first: ${what}`);
  }
}
