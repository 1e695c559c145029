import type { Cataloger } from '#inventory/cataloger.ts';
import { readMetadata } from './metadata.ts';

/** Installed Python packages. pip leaves directories with a leading `~`, `-`, `.`, `=` or `%` behind and does not count them. */
export const python: Cataloger = {
  id: 'python',
  version: 2,
  title: 'Python packages (dist-info, egg-info)',
  match: {
    names: ['METADATA', 'PKG-INFO'],
    endings: ['.egg-info'],
    only: /(?:^|\/)(?:[^/~.=%-][^/]*\.dist-info\/METADATA|[^/~.=%-][^/]*\.egg-info(?:\/PKG-INFO)?|EGG-INFO\/PKG-INFO)$/,
  },
  limitBytes: 8 * 1024 * 1024,
  *catalog(file, context) {
    const found = readMetadata(file.bytes);
    if (found !== undefined) yield { kind: 'package', package: found };
    else {
      const { path } = file;
      const message = `${path} names no package with a version`;
      context.problem({ code: 'PYTHON_METADATA_INVALID', message, path });
    }
  },
};
