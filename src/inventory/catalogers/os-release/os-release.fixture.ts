import type { CatalogerFixture } from '#inventory/catalogers/cataloger.fixture.ts';
import { osRelease } from './index.ts';

const DEBIAN = `PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
NAME="Debian GNU/Linux"
VERSION_ID="12"
VERSION_CODENAME=bookworm
ID=debian
ID_LIKE='a b'
`;

const file = (path: string, text: string) => ({ path, bytes: Buffer.from(text), packages: 0 });

export const osReleaseFixture: CatalogerFixture = {
  cataloger: osRelease,
  files: [
    file('etc/os-release', DEBIAN),
    file('usr/lib/os-release', '# comment\nID="alpine"\nVERSION_ID=3.19.1\nNAME=\\"x\\"\n'),
    file('etc/lsb-release', 'DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=22.04\nDISTRIB_CODENAME=jammy\n'),
    file('etc/alpine-release', '3.19.1\n'),
    file('etc/redhat-release', 'Red Hat Enterprise Linux release 9.3 (Plow)\n'),
    file('etc/debian_version', '12.5\n'),
  ],
  nearMisses: [
    'etc/os-release.bak',
    'usr/etc/os-release',
    'lib/os-release',
    'opt/etc/debian_version',
    'etc/Os-release',
  ],
};
