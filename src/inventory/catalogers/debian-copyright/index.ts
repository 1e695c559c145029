import type { Cataloger } from '#inventory/cataloger.ts';
import { declaredLicences } from '#inventory/catalogers/debian-copyright/declared-licences.ts';

/** Licences that Debian packages declare in machine-readable copyright files. */
export const debianCopyright: Cataloger = {
  id: 'debian-copyright',
  version: 2,
  title: 'Licences of Debian packages',
  match: { names: ['copyright'], only: /^usr\/share\/doc\/[^/]+\/copyright$/ },
  limitBytes: 4 * 1024 * 1024,
  *catalog(file) {
    const licences = declaredLicences(file.bytes);
    const name = file.path.split('/')[3] ?? '';
    if (licences.length > 0) yield { kind: 'licences', package: name, licences };
  },
};
