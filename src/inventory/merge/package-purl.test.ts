import { expect, it } from 'vitest';
import type { FoundPackage, OsRelease } from '../package.ts';
import { packagePurl } from './package-purl.ts';

const found = (
  type: FoundPackage['type'],
  name: string,
  version: string,
  more: Partial<FoundPackage> = {},
): FoundPackage => ({
  type,
  name,
  version,
  licences: [],
  evidence: 'installed',
  ...more,
});
const os = (id: string, versionId = '1'): OsRelease => ({ id, versionId, name: id, idLike: [] });

it.each<[string, FoundPackage, OsRelease | undefined]>([
  [
    'pkg:deb/debian/libstdc%2B%2B6@12.2.0-14%2Bdeb12u1?arch=amd64&distro=debian-12',
    found('deb', 'libstdc++6', '12.2.0-14+deb12u1', { architecture: 'amd64' }),
    os('debian', '12'),
  ],
  ['pkg:deb/ubuntu/vim@2:9.0.1?distro=ubuntu-24.04', found('deb', 'vim', '2:9.0.1'), os('ubuntu', '24.04')],
  ['pkg:deb/vim@1~rc1', found('deb', 'vim', '1~rc1'), undefined],
  [
    'pkg:apk/alpine/musl@1.2.4-r2?arch=x86_64&distro=alpine-3.19.1',
    found('apk', 'musl', '1.2.4-r2', { architecture: 'x86_64' }),
    os('alpine', '3.19.1'),
  ],
  ['pkg:apk/wolfi/busybox@1-r0?distro=wolfi', found('apk', 'busybox', '1-r0'), os('wolfi', '')],
  [
    'pkg:rpm/redhat/openssl-libs@3.0.7-24.el9?arch=x86_64&distro=rhel-9.3&epoch=1',
    found('rpm', 'openssl-libs', '1:3.0.7-24.el9', { architecture: 'x86_64', qualifiers: { epoch: '1' } }),
    os('rhel', '9.3'),
  ],
  ['pkg:rpm/opensuse/Mesa@1-1?distro=opensuse-leap-15.5', found('rpm', 'Mesa', '1-1'), os('opensuse-leap', '15.5')],
  ['pkg:rpm/oraclelinux/a@1-1?distro=ol-8', found('rpm', 'a', '1-1'), os('ol', '8')],
  ['pkg:npm/left-pad@1.3.0', found('npm', 'left-pad', '1.3.0'), os('debian')],
  ['pkg:npm/%40angular/core@17.0.0-rc.1%2Bbuild', found('npm', '@angular/core', '17.0.0-rc.1+build'), undefined],
  ['pkg:npm/%40odd@1.0.0', found('npm', '@odd', '1.0.0'), undefined],
  ['pkg:pypi/zope-interface@6.0', found('pypi', 'Zope_Interface', '6.0'), undefined],
  ['pkg:pypi/zope.interface@1%216.0', found('pypi', 'zope.interface', '1!6.0'), undefined],
  ['pkg:golang/github.com/burntsushi/toml@v1.3.2', found('golang', 'github.com/BurntSushi/toml', 'v1.3.2'), undefined],
  ['pkg:golang/stdlib@1.21.5', found('golang', 'stdlib', '1.21.5'), os('alpine')],
])('%s', (purl, item, release) => {
  expect(packagePurl(item, release)).toBe(purl);
});
