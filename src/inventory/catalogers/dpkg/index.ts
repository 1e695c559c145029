import type { Cataloger } from '#inventory/cataloger.ts';
import { listedPaths, summedPaths } from '#inventory/catalogers/dpkg/owned-files.ts';
import { parseStatus } from '#inventory/catalogers/dpkg/parse-status.ts';

const STATUS = 'var/lib/dpkg/status';
const MIB = 1024 * 1024;

/** dpkg's installed packages and the files they own; distroless images' `status.d`. */
export const dpkg: Cataloger = {
  id: 'dpkg',
  version: 2,
  title: 'Debian packages (dpkg)',
  match: {
    paths: [STATUS],
    directories: ['var/lib/dpkg/status.d', 'var/lib/dpkg/info'],
    only: /^var\/lib\/dpkg\/(?:status$|status\.d\/(?!.*\.(?:preinst|postinst|prerm|postrm|config|triggers)$)|info\/[^/]+\.list$)/,
  },
  limitBytes: 24 * MIB,
  *catalog(file, context) {
    const name = file.path.slice(file.path.lastIndexOf('/') + 1);
    if (file.path.startsWith('var/lib/dpkg/info/')) {
      const owner = name.slice(0, -'.list'.length).split(':', 1)[0] ?? '';
      yield { kind: 'files', package: owner, paths: listedPaths(file.bytes) };
      return;
    }
    if (name.endsWith('.md5sums')) {
      yield { kind: 'files', package: name.slice(0, -'.md5sums'.length), paths: summedPaths(file.bytes) };
      return;
    }
    for (const found of parseStatus(file.bytes.toString('utf8'), file.path !== STATUS)) {
      if ('stanza' in found) {
        context.problem({
          code: 'DPKG_STANZA_INVALID',
          message: `A package without a name or version: ${JSON.stringify(found.stanza.slice(0, 80))}`,
          path: file.path,
        });
      } else yield { kind: 'package', package: found };
    }
  },
};
