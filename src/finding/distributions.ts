import { redHatNames, suseNames } from '#finding/enterprise-streams.ts';
import type { OsRelease } from '#inventory/package.ts';

/** Ecosystem names; none when the version names no release. A text instead says why there can be none. */
type Names = readonly string[] | string;

/** A distribution whose advisories OSV has, and what its releases are called there (OSV schema, "Defined ecosystems"). */
export interface Distribution {
  /** Package URL type of its packages. */
  readonly type: 'deb' | 'apk' | 'rpm';
  readonly names: (os: OsRelease, repositories: readonly string[]) => Names;
}

const MAJOR = /^(\d{1,6})(?:\.|$)/;
const MINOR = /^(\d{1,6}\.\d{1,6})(?:[._-]|$)/;

/** Names of one kind: the part of VERSION_ID that counts, put into a name. */
function release(shape: RegExp, name: (version: string, os: OsRelease) => string): Distribution['names'] {
  return (os) => {
    const version = shape.exec(os.versionId)?.[1];
    return version === undefined ? [] : [name(version, os)];
  };
}

const debian: Distribution['names'] = (os) => {
  if (os.versionId !== '') return release(MAJOR, (version) => `Debian:${version}`)(os, []);
  return `${os.name} names no release: testing and unstable change daily, nothing was compared`;
};

/** The branch of the repositories in use goes before the release that was installed first. */
const alpine: Distribution['names'] = (os, repositories) => {
  const branches = [...new Set(repositories)].filter((branch) => branch !== 'latest-stable').sort();
  if (branches.length > 1) {
    return `its repositories mix ${branches.join(' and ')}, advisories are for one branch each; nothing was compared`;
  }
  const [branch] = branches;
  const edge = branch === undefined ? os.versionId.includes('_') || /\bedge$/i.test(os.name) : branch === 'edge';
  if (edge) return 'Alpine edge changes daily, advisories are for released branches; nothing was compared';
  return branch === undefined ? release(MINOR, (version) => `Alpine:v${version}`)(os, []) : [`Alpine:${branch}`];
};

/** `openEuler 22.03 (LTS-SP3)` is `22.03-LTS-SP3`: what stands in brackets is only in the name. */
const openEuler = release(MINOR, (version, os) => {
  const edition = /\((LTS[A-Za-z0-9 -]{0,20})\)/.exec(os.name)?.[1];
  return edition === undefined ? `openEuler:${version}` : `openEuler:${version}-${edition.trim().replace(/ +/g, '-')}`;
});

const azure = release(MAJOR, (version) => `Azure Linux:${version}`);

/** By `ID` in lower case. */
export const DISTRIBUTIONS: ReadonlyMap<string, Distribution> = new Map<string, Distribution>([
  ['debian', { type: 'deb', names: debian }],
  ['ubuntu', { type: 'deb', names: release(MINOR, (version) => `Ubuntu:${version}`) }],

  ['alpine', { type: 'apk', names: alpine }],
  ['wolfi', { type: 'apk', names: () => ['Wolfi'] }],
  // Their advisories name Wolfi's packages too, at Chainguard's own versions.
  ['chainguard', { type: 'apk', names: () => ['Chainguard'] }],
  ['minimos', { type: 'apk', names: () => ['MinimOS'] }],
  ['alpaquita', { type: 'apk', names: release(/^(stream|\d{2})$/, (version) => `Alpaquita:${version}`) }],

  ['rhel', { type: 'rpm', names: redHatNames }],
  ['almalinux', { type: 'rpm', names: release(MAJOR, (version) => `AlmaLinux:${version}`) }],
  ['rocky', { type: 'rpm', names: release(MAJOR, (version) => `Rocky Linux:${version}`) }],
  ...['sles', 'sled', 'sles_sap', 'sle_hpc', 'sle-micro', 'sl-micro'].map((id): [string, Distribution] => [
    id,
    { type: 'rpm', names: suseNames },
  ]),
  ['opensuse-leap', { type: 'rpm', names: release(MINOR, (version) => `openSUSE:Leap ${version}`) }],
  ['opensuse-leap-micro', { type: 'rpm', names: release(MINOR, (version) => `openSUSE:Leap Micro ${version}`) }],
  ['opensuse-tumbleweed', { type: 'rpm', names: () => ['openSUSE:Tumbleweed'] }],
  // CBL-Mariner 2 was renamed Azure Linux.
  ['azurelinux', { type: 'rpm', names: azure }],
  ['mariner', { type: 'rpm', names: azure }],
  ['openeuler', { type: 'rpm', names: openEuler }],
  ['mageia', { type: 'rpm', names: release(MAJOR, (version) => `Mageia:${version}`) }],
  ['photon', { type: 'rpm', names: release(MINOR, (version) => `Photon OS:${version}`) }],
]);

/** Well-known distributions of which OSV has nothing, by `ID` in lower case, and what they are called. */
export const UNPUBLISHED: ReadonlyMap<string, string> = new Map([
  ['amzn', 'Amazon Linux'],
  ['arch', 'Arch Linux'],
  ['centos', 'CentOS'],
  ['fedora', 'Fedora'],
  ['gentoo', 'Gentoo'],
  ['ol', 'Oracle Linux'],
]);
