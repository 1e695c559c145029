import type { CatalogerFixture } from '#inventory/catalogers/cataloger.fixture.ts';
import { dpkg } from './index.ts';

const STATUS = `Package: libssl3
Status: install ok installed
Priority: optional
Section: libs
Installed-Size: 6066
Maintainer: Debian OpenSSL Team <pkg-openssl@example.org>
Architecture: amd64
Multi-Arch: same
Source: openssl
Version: 3.0.11-1~deb12u2
Depends: libc6 (>= 2.34)
Description: Secure Sockets Layer toolkit
 A paragraph.
 .
 Another one.

Package: bash
Status: install ok installed
Maintainer: Jürgen Müller <j@example.org>
Architecture: amd64
Source: bash (5.2.15-2)
Version: 5.2.15-2+b2

Package: gone
Status: deinstall ok config-files
Architecture: all
Version: 1.0
`;
const SUMS = '0123456789abcdef0123456789abcdef  usr/share/zoneinfo/UTC\nfedcba9876543210fedcba9876543210  usr/sbin/x\n';
const INFO = 'var/lib/dpkg/info';

export const dpkgFixture: CatalogerFixture = {
  cataloger: dpkg,
  files: [
    { path: 'var/lib/dpkg/status', bytes: Buffer.from(STATUS), packages: 2 },
    {
      path: 'var/lib/dpkg/status.d/tzdata',
      bytes: Buffer.from('Package: tzdata\nVersion: 2024a-0+deb12u1\nArchitecture: all\n'),
      packages: 1,
    },
    { path: 'var/lib/dpkg/status.d/tzdata.md5sums', bytes: Buffer.from(SUMS), packages: 0 },
    { path: `${INFO}/libssl3:amd64.list`, bytes: Buffer.from('/.\n/usr\n/usr/lib/libssl.so.3\n'), packages: 0 },
  ],
  nearMisses: [
    'var/lib/dpkg/status-old',
    'var/lib/dpkg/status.d',
    'var/lib/dpkg/status.d/tzdata.postinst',
    'var/lib/dpkg/status.d/sub/tzdata',
    'mnt/var/lib/dpkg/status',
    'lib/dpkg/status',
    'var/lib/dpkg/available',
    `${INFO}/libssl3:amd64.md5sums`,
    `${INFO}/libssl3.list.dpkg-new`,
    `${INFO}/.list`,
    `${INFO}/sub/libssl3.list`,
    `x${INFO}/libssl3.list`,
  ],
};
