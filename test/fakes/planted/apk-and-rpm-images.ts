import { makeHeader, makeSqlite, TAG } from '#inventory/catalogers/rpm/rpm-database.fixture.ts';
import { dockerArchive } from '../docker-archive.ts';
import type { TarFile } from '../tar.ts';

function osRelease(id: string, versionId: string, name: string, like = ''): TarFile {
  return {
    name: 'etc/os-release',
    body: `ID=${id}\nID_LIKE="${like}"\nVERSION_ID="${versionId}"\nPRETTY_NAME="${name}"\n`,
  };
}

function imageOf(tag: string, files: readonly TarFile[]): Buffer {
  return dockerArchive({ tag, steps: [{ instruction: 'ADD rootfs.tar / # buildkit', files }] });
}

/** An apk's stanza: name, version, origin. */
const APKS = [
  ['planted-lib', '1.2.3-r4', 'origin'],
  ['patched', '1.0_p1-r0', 'patched'],
  ['candidate', '1.0_rc1-r0', 'candidate'],
] as const;

/** Alpine with packages for which only release 3.19 has advisories; `release` is what it says that it is. */
export function alpineImage(release: '3.18' | '3.19'): Buffer {
  const installed = APKS.map(([name, version, origin]) => `P:${name}\nV:${version}\nA:x86_64\nL:MIT\no:${origin}\n`);
  return imageOf(`planted-alpine:${release}`, [
    osRelease('alpine', `${release}.1`, `Alpine Linux v${release}`),
    { name: 'etc/apk/repositories', body: `https://mirror.example/alpine/v${release}/main\n` },
    { name: 'lib/apk/db/installed', body: `${installed.join('\n')}\n` },
  ]);
}

/** The same Debian package under a distribution that derives from Debian. */
export function derivativeImage(): Buffer {
  const status = 'Package: vulnerable\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.2-3\n';
  return imageOf('planted-derivative:1', [
    osRelease('deriva', '6', 'Deriva 6', 'debian'),
    { name: 'var/lib/dpkg/status', body: status },
  ]);
}

interface Rpm {
  readonly name: string;
  readonly version: string;
  readonly release: string;
  readonly epoch?: number;
  readonly vendor: string;
  readonly source?: string;
  readonly module?: string;
}

function headerOf({ name, version, release, epoch, vendor, source, module }: Rpm): Buffer {
  return makeHeader([
    [TAG.name, name],
    [TAG.version, version],
    [TAG.release, release],
    ...(epoch === undefined ? [] : [[TAG.epoch, { numbers: [epoch] }] as const]),
    [TAG.vendor, vendor],
    [TAG.architecture, 'x86_64'],
    [TAG.sourceRpm, source ?? `${name}-${version}-${release}.src.rpm`],
    ...(module === undefined ? [] : [[TAG.modularity, module] as const]),
  ]);
}

function rpmImage(tag: string, release: TarFile, rpms: readonly Rpm[]): Buffer {
  return imageOf(tag, [release, { name: 'var/lib/rpm/rpmdb.sqlite', body: makeSqlite(rpms.map(headerOf)) }]);
}

/** AlmaLinux, which publishes by binary package: an epoch, a module's stream, a package of somebody else, a key. */
export function almaImage(): Buffer {
  const vendor = 'AlmaLinux';
  return rpmImage('planted-alma:9', osRelease('almalinux', '9.2', 'AlmaLinux 9.2', 'rhel centos fedora'), [
    {
      name: 'planted-libs',
      version: '3.0.7',
      release: '16.el9_2',
      epoch: 1,
      vendor,
      source: 'planted-3.0.7-16.el9_2.src.rpm',
    },
    {
      name: 'modular',
      version: '18.2',
      release: '1.module_el9.2.0+1+aaaaaaaa',
      epoch: 1,
      vendor,
      module: 'stream:18:9020:abc',
    },
    { name: 'extra', version: '1.0', release: '1.el9', vendor: 'Fedora Project' },
    { name: 'gpg-pubkey', version: 'b86b3716', release: '61e69f29', vendor },
  ]);
}

/** Rocky Linux, which publishes by source package. */
export function rockyImage(): Buffer {
  const source = 'planted-source-1.0-1.el9.src.rpm';
  return rpmImage('planted-rocky:9', osRelease('rocky', '9.2', 'Rocky Linux 9.2', 'rhel centos fedora'), [
    {
      name: 'planted-part',
      version: '1.0',
      release: '1.el9',
      epoch: 4,
      vendor: 'Rocky Enterprise Software Foundation',
      source,
    },
  ]);
}
