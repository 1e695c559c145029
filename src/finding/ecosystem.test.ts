import { describe, expect, test } from 'vitest';
import { ecosystemsOf } from '#finding/ecosystem.ts';
import type { OsRelease } from '#inventory/package.ts';

const os = (id: string, versionId: string, name = id, ...idLike: readonly string[]): OsRelease => ({
  id,
  versionId,
  name,
  idLike,
});

describe('packages of a distribution', () => {
  test.each([
    ['deb', os('debian', '12'), ['Debian:12']],
    ['deb', os('debian', '12.5'), ['Debian:12']],
    ['deb', os('ubuntu', '22.04'), ['Ubuntu:22.04']],
    ['apk', os('alpine', '3.19.1'), ['Alpine:v3.19']],
    ['apk', os('wolfi', '20230201'), ['Wolfi']],
    ['apk', os('chainguard', '20230214'), ['Chainguard']],
    ['apk', os('minimos', '20241031'), ['MinimOS']],
    ['apk', os('alpaquita', 'stream'), ['Alpaquita:stream']],
    ['apk', os('alpaquita', '23'), ['Alpaquita:23']],
    ['rpm', os('almalinux', '9.4'), ['AlmaLinux:9']],
    ['rpm', os('rocky', '8.9'), ['Rocky Linux:8']],
    ['rpm', os('opensuse-leap', '15.5'), ['openSUSE:Leap 15.5']],
    ['rpm', os('opensuse-tumbleweed', '20240801'), ['openSUSE:Tumbleweed']],
    ['rpm', os('azurelinux', '3.0'), ['Azure Linux:3']],
    ['rpm', os('mariner', '2.0'), ['Azure Linux:2']],
    ['rpm', os('openEuler', '24.03', 'openEuler 24.03 (LTS)'), ['openEuler:24.03-LTS']],
    ['rpm', os('openEuler', '22.03', 'openEuler 22.03 (LTS-SP3)'), ['openEuler:22.03-LTS-SP3']],
    ['rpm', os('openEuler', '23.09', 'openEuler 23.09'), ['openEuler:23.09']],
    ['rpm', os('mageia', '9'), ['Mageia:9']],
    ['rpm', os('photon', '4.0'), ['Photon OS:4.0']],
    ['rpm', os('sle-micro', '5.5'), ['SUSE:Linux Enterprise Micro 5.5']],
    ['rpm', os('sl-micro', '6.1'), ['SUSE:Linux Micro 6.1']],
    ['rpm', os('sles', '16.0'), ['SUSE:Linux Enterprise Server 16.0']],
    [
      'rpm',
      os('rhel', '7.9'),
      ['server', 'client', 'computenode', 'workstation'].map((part) => `Red Hat:enterprise_linux:7::${part}`),
    ],
  ])('%s in %o', (type, release, ecosystems) => {
    expect(ecosystemsOf(release, [], type)).toEqual({ ecosystems });
  });

  test('of Red Hat may come from any of its repositories', () => {
    const found = ecosystemsOf(os('rhel', '9.4'), [], 'rpm');
    expect(found).toMatchObject({
      ecosystems: expect.arrayContaining([
        'Red Hat:enterprise_linux:9::baseos',
        'Red Hat:enterprise_linux:9::appstream',
        'Red Hat:enterprise_linux:9::crb',
      ]),
    });
    expect(ecosystemsOf(os('rhel', '10.1'), [], 'rpm')).toMatchObject({
      ecosystems: expect.arrayContaining(['Red Hat:enterprise_linux:10.0', 'Red Hat:enterprise_linux:10.1']),
    });
  });

  test('of SUSE may come from a module, or be fixed for long-term support', () => {
    const found = ecosystemsOf(os('sles', '15.5', 'SUSE Linux Enterprise Server 15 SP5', 'suse'), [], 'rpm');
    const ecosystems = 'ecosystems' in found ? found.ecosystems : [];
    expect(ecosystems.slice(0, 3)).toEqual([
      'SUSE:Linux Enterprise Server 15 SP5',
      'SUSE:Linux Enterprise Server 15 SP5-LTSS',
      'SUSE:Linux Enterprise Module for Basesystem 15 SP5',
    ]);
    expect(ecosystems.every((name) => name.includes('15 SP5'))).toBe(true);
    expect(ecosystemsOf(os('sles', '12.5'), [], 'rpm')).toMatchObject({
      ecosystems: expect.arrayContaining(['SUSE:Linux Enterprise Server LTSS Extended Security 12 SP5']),
    });
  });
});

describe("Alpine's branch", () => {
  const alpine = os('alpine', '3.19.1', 'Alpine Linux v3.19');

  test('in the repositories goes before the release', () => {
    expect(ecosystemsOf(alpine, ['v3.20'], 'apk')).toEqual({ ecosystems: ['Alpine:v3.20'] });
    expect(ecosystemsOf(alpine, ['v3.20', 'v3.20'], 'apk')).toEqual({ ecosystems: ['Alpine:v3.20'] });
    expect(ecosystemsOf(alpine, ['latest-stable'], 'apk')).toEqual({ ecosystems: ['Alpine:v3.19'] });
  });

  test.each([
    ['is edge', alpine, ['edge'], /edge changes daily/],
    ['is mixed', alpine, ['v3.19', 'edge'], /repositories mix edge and v3\.19/],
    ['is edge by its release', os('alpine', '3.21.0_alpha20240923', 'Alpine Linux edge'), [], /edge changes daily/],
  ])('that %s has no advisories', (_, release, repositories, reason) => {
    expect(ecosystemsOf(release, repositories, 'apk')).toEqual({ unknown: expect.stringMatching(reason) });
  });
});

describe('nothing is known', () => {
  test.each([
    [
      'a derivative',
      os('linuxmint', '21.3', 'Linux Mint 21.3', 'ubuntu', 'debian'),
      'deb',
      'Linux Mint 21.3 derives from ubuntu; its packages differ, nothing was compared',
    ],
    [
      'Raspbian',
      os('raspbian', '12', 'Raspbian GNU/Linux 12', 'debian'),
      'deb',
      'Raspbian GNU/Linux 12 derives from debian; its packages differ, nothing was compared',
    ],
    ['an unheard-of one', os('acme', '1', 'Acme 1'), 'rpm', 'no advisories are known for Acme 1'],
    [
      'Amazon Linux',
      os('amzn', '2023', 'Amazon Linux 2023', 'fedora'),
      'rpm',
      "no advisories are published in OSV's form for Amazon Linux",
    ],
    [
      'CentOS Stream',
      os('centos', '9', 'CentOS Stream 9', 'rhel', 'fedora'),
      'rpm',
      "no advisories are published in OSV's form for CentOS",
    ],
    [
      'Debian testing',
      os('debian', '', 'Debian GNU/Linux trixie/sid'),
      'deb',
      'Debian GNU/Linux trixie/sid names no release: testing and unstable change daily, nothing was compared',
    ],
    [
      'a release without a number',
      os('rocky', '', 'Rocky Linux'),
      'rpm',
      'Rocky Linux has no version, which is no release that advisories are published for',
    ],
    [
      'a version that is none',
      os('ubuntu', 'rolling', 'Ubuntu'),
      'deb',
      'Ubuntu has the version "rolling", which is no release that advisories are published for',
    ],
    [
      'a Red Hat of the future',
      os('rhel', '77', 'RHEL 77'),
      'rpm',
      'RHEL 77 has the version "77", which is no release that advisories are published for',
    ],
    [
      "another system's package",
      os('alpine', '3.19', 'Alpine Linux v3.19'),
      'deb',
      'Alpine Linux v3.19 is made of apk packages; nothing is known for its deb packages',
    ],
  ])('of %s', (_, release, type, unknown) => {
    expect(ecosystemsOf(release, [], type)).toEqual({ unknown });
  });

  test('without a release file', () => {
    expect(ecosystemsOf(undefined, [], 'deb')).toEqual({
      unknown: 'no release file says which distribution these packages are of',
    });
  });

  test.each(['generic', 'constructor', '__proto__', ''])('of packages of type %j', (type) => {
    expect(ecosystemsOf(undefined, [], type)).toEqual({ unknown: expect.stringMatching(/^no advisories are known/) });
  });
});

test.each([
  ['npm', 'npm'],
  ['pypi', 'PyPI'],
  ['golang', 'Go'],
  ['maven', 'Maven'],
  ['cargo', 'crates.io'],
])('%s packages are of %s in any distribution and none', (type, ecosystem) => {
  expect(ecosystemsOf(os('debian', '12'), [], type)).toEqual({ ecosystems: [ecosystem] });
  expect(ecosystemsOf(undefined, [], type)).toEqual({ ecosystems: [ecosystem] });
});
