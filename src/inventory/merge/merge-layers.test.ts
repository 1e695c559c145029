import { describe, expect, it } from 'vitest';
import { parseDigest } from '#core/digest.ts';
import type { HistoryEntry, ImageConfig } from '#core/oci/config.ts';
import { dpkgStatus, layerOf, type StatusPackage } from '../../../test/fakes/layers.ts';
import type { TarFile } from '../../../test/fakes/tar.ts';
import type { Package } from '../package.ts';
import { mergeLayers } from './merge-layers.ts';

const STATUS = 'var/lib/dpkg/status';
const OS: TarFile = { name: 'etc/os-release', body: 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian 12"\n' };
const status = (...packages: readonly StatusPackage[]): TarFile => ({
  name: STATUS,
  body: dpkgStatus(...packages),
});
const json = (name: string, value: object): TarFile => ({ name, body: JSON.stringify(value) });
const npm = (directory: string, version = '1.0.0'): TarFile =>
  json(`${directory}/package.json`, { name: directory.slice(directory.lastIndexOf('/') + 1), version });
const lock = (directory: string, ...names: readonly string[]): TarFile =>
  json(`${directory}package-lock.json`, {
    lockfileVersion: 3,
    packages: Object.fromEntries(names.map((name) => [`node_modules/${name}`, { version: '1.0.0' }])),
  });
const dist = (name: string, version: string, root = 'usr/lib/python3/dist-packages'): TarFile => ({
  name: `${root}/${name}-${version}.dist-info/METADATA`,
  body: `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n\n`,
});
const list = (name: string, ...paths: readonly string[]): TarFile => ({
  name: `var/lib/dpkg/info/${name}.list`,
  body: ['/.', ...paths, ''].join('\n'),
});

const diffId = (index: number) => parseDigest(`sha256:${String(index).repeat(64)}`);
function configOf(layers: number, history: readonly HistoryEntry[]): ImageConfig {
  const diffIds = Array.from({ length: layers }, (_, index) => diffId(index));
  return { os: 'linux', architecture: 'amd64', labels: {}, diffIds, history };
}

async function merged(layers: readonly (readonly TarFile[])[], history: readonly HistoryEntry[] = []) {
  const results = await Promise.all(layers.map((files) => layerOf(files)));
  const description = { annotations: {}, config: configOf(layers.length, history), problems: [] };
  const images = results.map((result, index) => ({ result, diffId: diffId(index) }));
  return mergeLayers(description, images, ['dpkg']);
}

const shown = ({ name, version, layer }: Package) => `${name} ${version} @${layer?.index}`;
const packagesOf = async (...layers: readonly (readonly TarFile[])[]) => (await merged(layers)).packages.map(shown);

describe('the user that the image is configured to run as', () => {
  const users = (...lines: readonly string[]): TarFile => ({ name: 'etc/passwd', body: lines.join('\n') });
  const userOf = async (user: string, ...layers: readonly (readonly TarFile[])[]) => {
    const results = await Promise.all(layers.map((files) => layerOf(files)));
    const description = { annotations: {}, config: { ...configOf(layers.length, []), user }, problems: [] };
    return mergeLayers(
      description,
      results.map((result, index) => ({ result, diffId: diffId(index) })),
      [],
    ).user;
  };

  it('is looked up in the list that the merged image shows, once it is a name', async () => {
    const below = [users('root:x:0:0', 'app:x:1000:1000')];
    expect(await userOf('app:staff', below)).toEqual({ name: 'app', uid: 1000 });
    expect(await userOf('app', below, [users('app:x:0:0')])).toEqual({ name: 'app', uid: 0 });
    expect(await userOf('1000', below)).toBeUndefined();
    expect(await userOf('other', below)).toBeUndefined();
    expect(await userOf('app', below, [{ name: 'etc/.wh.passwd' }])).toBeUndefined();
    expect(await userOf('app', [users('app:x:many:0')])).toBeUndefined();
  });

  it('is not known where a link takes the place of the list', async () => {
    const link: TarFile = { name: 'etc/passwd', type: '2', link: '/elsewhere' };
    expect(await userOf('app', [users('app:x:1000:1000')], [link])).toBeUndefined();
  });
});

describe('which layer a package is from', () => {
  it('the lowest since which every status file names it', async () => {
    const layers = [
      [OS, status('bash 5.2', 'curl 7.0', 'gone 1')],
      [status('bash 5.2', 'curl 7.1', 'gone 1')],
      [status('bash 5.2', 'curl 7.1', 'nginx 1.2')],
    ];
    expect(await packagesOf(...layers)).toEqual(['bash 5.2 @0', 'curl 7.1 @1', 'nginx 1.2 @2']);
  });

  it('the one that installed it again, when it was gone between', async () => {
    const layers = [[status('a 1', 'b 1')], [status('a 1')], [{ name: 'other' }], [status('a 1', 'b 1')]];
    expect(await packagesOf(...layers)).toEqual(['a 1 @0', 'b 1 @3']);
  });

  it('the one that went back to a version that was there before', async () => {
    expect(await packagesOf([status('a 1')], [status('a 2')], [status('a 1')])).toEqual(['a 1 @2']);
  });

  it('the one that replaced it by the same version of another architecture, source or maintainer', async () => {
    for (const change of [
      { Architecture: 'arm64' },
      { Source: 'other' },
      { Source: 'a (0.9)' },
      { Maintainer: 'Me <me@x.org>' },
    ]) {
      expect(await packagesOf([status('a 1')], [status(['a 1', change])])).toEqual(['a 1 @1']);
    }
    expect(await packagesOf([status('a 1')], [status(['a 1', { Description: 'new words' }])])).toEqual(['a 1 @0']);
  });

  it('the one whose database is seen, when a layer deleted the one before', async () => {
    const deleted = [
      [{ name: `${STATUS.replace(/status$/, '.wh.status')}` }],
      [{ name: 'var/lib/.wh.dpkg' }],
      [{ name: 'var/.wh..wh..opq' }],
    ];
    for (const deletion of deleted) {
      expect(await packagesOf([status('a 1')], deletion, [status('a 1', 'b 1')])).toEqual(['a 1 @2', 'b 1 @2']);
      expect(await packagesOf([status('a 1')], deletion)).toEqual([]);
      expect(await packagesOf([status('a 1')], [...deletion, status('a 1')])).toEqual(['a 1 @1']);
    }
  });

  it('none, when the status file gave way to a link, a directory or a file that cannot be read', async () => {
    for (const type of ['1', '2', '3', '5']) {
      expect(await packagesOf([status('a 1')], [{ name: STATUS, type, link: 'nowhere' }])).toEqual([]);
    }
    expect(await packagesOf([status('a 1')], [{ name: 'var/lib/dpkg', type: '2', link: 'elsewhere' }])).toEqual([]);
    expect(await packagesOf([status('a 1')], [{ name: `${STATUS}/inside` }])).toEqual([]);
    const back = [[status('a 1')], [{ name: 'var/lib/dpkg', type: '2', link: 'x' }], [status('a 1')]];
    expect(await packagesOf(...back)).toEqual(['a 1 @2']);
  });

  it('of distroless images the one with the file of the package', async () => {
    const one = (name: string, version: string): TarFile => ({
      name: `var/lib/dpkg/status.d/${name}`,
      body: `Package: ${name}\nVersion: ${version}\nArchitecture: amd64\n`,
    });
    expect(await packagesOf([one('a', '1'), one('b', '1')], [one('b', '2')])).toEqual(['a 1 @0', 'b 2 @1']);
  });

  it('with its digests and its build step', async () => {
    const result = await layerOf([status('a 1')]);
    const layer = { result, digest: diffId(7), diffId: diffId(8), instruction: 'RUN apt-get install a' };
    const { packages } = mergeLayers({ annotations: {}, problems: [] }, [layer], []);
    expect(packages[0]?.layer).toEqual({
      index: 0,
      digest: diffId(7),
      diffId: diffId(8),
      instruction: 'RUN apt-get install a',
    });
    expect(packages[0]).not.toHaveProperty('owner');
  });
});

describe('packages that several files show', () => {
  it('are one, with all their places, unless the layers differ', async () => {
    const { packages } = await merged([
      [npm('b/node_modules/left'), npm('a/node_modules/left')],
      [npm('c/node_modules/left'), npm('d/node_modules/left', '2.0.0')],
    ]);
    expect(packages.map((found) => [shown(found), found.locations])).toEqual([
      ['left 1.0.0 @0', ['a/node_modules/left/package.json', 'b/node_modules/left/package.json']],
      ['left 1.0.0 @1', ['c/node_modules/left/package.json']],
      ['left 2.0.0 @1', ['d/node_modules/left/package.json']],
    ]);
  });

  it('of a lock file are left out when they were installed beside it', async () => {
    expect(await packagesOf([lock('app/', 'x', 'y'), npm('app/node_modules/x')])).toEqual(['x 1.0.0 @0']);
    expect(await packagesOf([lock('app/', 'x', 'y'), npm('other/node_modules/x')])).toEqual([
      'x 1.0.0 @0',
      'x 1.0.0 @0',
      'y 1.0.0 @0',
    ]);
    expect(await packagesOf([lock('', 'y'), npm('node_modules/x')])).toEqual(['x 1.0.0 @0']);
    const deleted = [lock('app/', 'y'), npm('app/node_modules/x')];
    expect(await packagesOf(deleted, [{ name: 'app/.wh.node_modules' }])).toEqual(['y 1.0.0 @0']);
  });
});

describe('packages that lie in files of an OS package', () => {
  const owners = async (...layers: readonly (readonly TarFile[])[]) =>
    (await merged(layers)).packages
      .filter(({ type }) => type !== 'deb')
      .map(({ name, ownedBy }) => `${name}: ${ownedBy ?? 'nobody'}`);
  const PURL = 'pkg:deb/debian/python3-six@1.16.0-4?arch=amd64&distro=debian-12';
  const six = dist('six', '1.16.0');

  it('belong to it', async () => {
    const base = [
      OS,
      status('python3-six 1.16.0-4'),
      six,
      dist('own', '1.0', 'usr/local/lib/python3.11/site-packages'),
    ];
    expect(await owners([...base, list('python3-six', '/usr', `/${six.name}`)])).toEqual([
      'own: nobody',
      `six: ${PURL}`,
    ]);
    expect(await owners([...base, list('python3-six:amd64', `/${six.name}`)])).toEqual(['own: nobody', `six: ${PURL}`]);
    expect(await owners([...base, list('python3-six', `/${six.name}.old`)])).toEqual(['own: nobody', 'six: nobody']);
  });

  it('do not once a later layer put another version in its place', async () => {
    const layer = [OS, status('python3-six 1.16.0-4'), six, list('python3-six', `/${six.name}`)];
    const newer = { ...six, body: String(six.body).replace('1.16.0', '1.17.0') };
    expect(await owners(layer, [newer])).toEqual(['six: nobody']);
    expect(await owners(layer, [six])).toEqual([`six: ${PURL}`]);
  });

  it('also where the package still names the place from before /usr was merged', async () => {
    const tool = { ...dist('tool', '1.0', 'usr/lib/tool') };
    const layer = [OS, status('python3-six 1.16.0-4'), tool, list('python3-six', `/${tool.name.slice(4)}`)];
    expect(await owners(layer)).toEqual([`tool: ${PURL}`]);
    const apart = dist('tool', '1.0', 'lib/tool');
    const both = [OS, status('python3-six 1.16.0-4'), tool, apart, list('python3-six', `/${apart.name}`)];
    expect(await owners(both)).toEqual([`tool: ${PURL}`, 'tool: nobody']);
  });

  it('belong to nobody when the package is not installed, or the list is gone', async () => {
    const files = [OS, six, list('python3-six', `/${six.name}`)];
    expect(await owners([...files, status(['python3-six 1.16.0-4', { Status: 'deinstall ok config-files' }])])).toEqual(
      ['six: nobody'],
    );
    const installed = [...files, status('python3-six 1.16.0-4')];
    expect(await owners(installed, [{ name: 'var/lib/dpkg/info/.wh.python3-six.list' }])).toEqual(['six: nobody']);
  });

  it('belong to nobody who vouches for them when another publisher made the package', async () => {
    const foreign = status(['python3-six 1.16.0-4', { Maintainer: 'Docker <support@docker.com>' }]);
    const inventory = await merged([[OS, foreign, six, list('python3-six', `/${six.name}`)]]);
    expect(inventory.packages.map(({ name, thirdParty, ownedBy }) => [name, thirdParty, ownedBy])).toEqual([
      ['python3-six', true, undefined],
      ['six', undefined, undefined],
    ]);
  });
});

it('licences of Debian packages are those that their copyright files declare', async () => {
  const copyright = {
    name: 'usr/share/doc/bash/copyright',
    body: 'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\nFiles: *\nLicense: GPL-3+\n\nFiles: x\nLicense: MIT\n',
  };
  const { packages } = await merged([[status('bash 5.2', 'curl 7'), copyright]]);
  expect(packages.map(({ name, licences }) => [name, licences])).toEqual([
    ['bash', ['GPL-3+', 'MIT']],
    ['curl', []],
  ]);
});

describe('whose a package is', () => {
  const step = (createdBy: string, emptyLayer = false): HistoryEntry => ({ createdBy, emptyLayer });
  const HISTORY = [
    step('ADD rootfs.tar / # buildkit'),
    step('RUN apt-get install curl'),
    step('CMD ["bash"]', true),
    step('COPY app /app'),
    step('CMD ["app"]', true),
  ];
  const layers = [[OS, status('a 1')], [status('a 1', 'b 1')], [npm('app/node_modules/c')]];

  it('the base image’s up to its last command, and the application’s above', async () => {
    const { packages, base } = await merged(layers, HISTORY);
    expect(base).toEqual({ layers: 2, method: 'history' });
    expect(packages.map(({ name, owner }) => `${name} ${owner}`)).toEqual(['a base', 'b base', 'c app']);
  });

  it('is not said when the history does not tell', async () => {
    for (const history of [[], HISTORY.slice(1), [...HISTORY, step('COPY more /')]]) {
      const { packages, base } = await merged(layers, history);
      expect(base).toEqual({ layers: 0, method: 'none' });
      expect(packages.some((found) => 'owner' in found)).toBe(false);
    }
  });
});

it('the same layers give the same inventory, with all problems, sorted', async () => {
  const layers = [
    [OS, status('b 1', 'a 1'), { name: '../out' }],
    [npm('z/node_modules/n'), npm('y/node_modules/m'), { name: 'app/node_modules/bad/package.json', body: '{' }],
  ];
  const first = await merged(layers);
  expect(await merged(layers)).toEqual(first);
  expect(first.packages.map(({ name }) => name)).toEqual(['a', 'b', 'm', 'n']);
  expect(first.problems.map(({ code }) => code)).toContain('TAR_PATH_REFUSED');
  expect(first.problems.length).toBe(2);
  expect(first.os).toMatchObject({ id: 'debian', versionId: '12' });
  expect(first.catalogers).toEqual(['dpkg']);
});

it('an image without layers is empty', () => {
  const inventory = mergeLayers({ annotations: {}, problems: [] }, [], []);
  expect(inventory).toEqual({
    repositories: [],
    packages: [],
    base: { layers: 0, method: 'none' },
    problems: [],
    catalogers: [],
  });
});
