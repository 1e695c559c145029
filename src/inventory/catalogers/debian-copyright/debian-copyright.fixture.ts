import type { CatalogerFixture } from '#inventory/catalogers/cataloger.fixture.ts';
import { debianCopyright } from './index.ts';

const MACHINE_READABLE = `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: example

Files: *
Copyright: 2001 Somebody
License: GPL-2+ or Artistic

License: GPL-2+
 A text.

License: MIT
 Another one.
`;

export const debianCopyrightFixture: CatalogerFixture = {
  cataloger: debianCopyright,
  files: [
    { path: 'usr/share/doc/example/copyright', bytes: Buffer.from(MACHINE_READABLE), packages: 0 },
    { path: 'usr/share/doc/free/copyright', bytes: Buffer.from('This package is free software.\n'), packages: 0 },
  ],
  nearMisses: [
    'usr/share/doc/copyright',
    'usr/share/doc/a/b/copyright',
    'usr/share/doc/example/copyright.gz',
    'usr/share/doc/example/Copyright',
    'usr/share/docs/example/copyright',
    'usr/local/share/doc/example/copyright',
  ],
};
