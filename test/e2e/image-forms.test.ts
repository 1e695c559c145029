import { execFileSync } from 'node:child_process';
import { createReadStream, createWriteStream, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTarget } from '#app/open-target.ts';
import { noCache } from '#base/cache/directory-cache.ts';
import { createRangeHasher, type RangeHasher } from '#base/hash/range-hash.ts';
import type { ReadImage } from '#image/image.ts';
import { CATALOGERS, EXECUTABLE_CATALOGERS } from '#inventory/catalogers/list.ts';
import type { LayerInventory } from '#inventory/layer-inventory.ts';
import { mergeLayers } from '#inventory/merge/merge-layers.ts';
import { mergedEntries } from '#inventory/merge/merged-entries.ts';
import type { Inventory } from '#inventory/package.ts';
import { layerInventoryReader } from '#inventory/read-layer-inventory.ts';
import { buildImage } from '../harness/build-image.ts';
import { minimalDebian } from '../harness/debian-files.ts';
import { type Engine, startEngine } from '../harness/engine.ts';
import { makeDeb } from '../harness/make-deb.ts';
import { writeMixedLayout } from '../harness/mixed-layout.ts';
import { type RealRegistry, startRealRegistry } from '../harness/real-registry.ts';
import { needs } from '../harness/skip.ts';

const PYTHON = '/usr/lib/python3/dist-packages';
const metadata = (name: string, version: string) => `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n\n`;

/** Each step does one thing that layers can do to those below. */
const STEPS = [
  'FROM base:1',
  'CMD ["sh"]',
  'COPY debs /debs',
  'RUN dpkg -i /debs/tool-1.deb /debs/library.deb /debs/comes-and-goes.deb /debs/leaves-conffiles.deb',
  'RUN dpkg -i /debs/tool-2.deb',
  'RUN dpkg -r comes-and-goes leaves-conffiles && rm -r /usr/share/doc/bash /etc/skel/.bashrc',
  'RUN rm -r /etc/cron.d /etc/alternatives.gone /etc/skel 2>/dev/null; mkdir -p /etc/skel && echo new > /etc/skel/.profile',
  'RUN dpkg -i /debs/comes-and-goes.deb && ln /usr/bin/tool /usr/bin/tool-again && ln -s tool /usr/bin/tool-link',
  'RUN rm -r /usr/share/lintian && echo file > /usr/share/lintian && rm /usr/bin/tool-link && mkdir /usr/bin/tool-link',
  'COPY app /app',
  'RUN cp -a /var/lib/dpkg/status /var/lib/dpkg/status-new && mv /var/lib/dpkg/status-new /var/lib/dpkg/status && chmod 600 /etc/issue',
];
const APP = {
  'app/node_modules/left/package.json': '{"name":"left","version":"1.2.3","license":"MIT"}',
  'app/package-lock.json':
    '{"lockfileVersion":3,"packages":{"node_modules/left":{"version":"1.2.3"},"node_modules/dev":{"version":"9.9.9","dev":true}}}',
  'app/own-1.0.dist-info/METADATA': metadata('own', '1.0'),
};

interface Read {
  readonly image: ReadImage<LayerInventory>;
  readonly inventory: Inventory;
}

/** What every source must say alike. skopeo writes configs anew, so that images have other ids behind it. */
function said({ image, inventory }: Read) {
  const packages = inventory.packages.map(({ layer, ...found }) => ({
    ...found,
    layer: layer && [layer.index, layer.diffId, layer.instruction],
  }));
  return {
    packages,
    os: inventory.os,
    base: inventory.base,
    problems: inventory.problems,
    diffIds: image.layers.map(({ diffId }) => diffId),
    platform: image.description.platform,
  };
}

needs(
  'engine',
  'mmdebstrap',
  'skopeo',
  'zstd',
  'docker-registry',
  'dpkg-deb',
)('one image in all its forms', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'holdfast-forms-'));
  const at = (name: string) => join(scratch, name);
  let engine: Engine;
  let registry: RealRegistry;
  let hasher: RangeHasher;
  const reads = new Map<string, Promise<Read>>();

  const read = (target: string, exportOnly = false, verify = true): Promise<Read> => {
    const key = `${target} ${exportOnly} ${verify}`;
    const known = reads.get(key) ?? readNow(target, exportOnly, verify);
    reads.set(key, known);
    return known;
  };
  const readNow = async (target: string, exportOnly: boolean, verify: boolean): Promise<Read> => {
    const environment = { DOCKER_HOST: engine.dockerHost, HOME: scratch };
    const opened = await openTarget(target, { verify, exportOnly, insecure: false, environment });
    if (opened.kind !== 'image') throw new Error('no image');
    const [catalogers, executables] = [CATALOGERS, EXECUTABLE_CATALOGERS];
    const image = await opened.image.read(
      layerInventoryReader({ catalogers, executables, cache: noCache, hasher, verify }),
    );
    await opened.image.close();
    return { image, inventory: mergeLayers(image.description, image.layers, []) };
  };
  const skopeo = (...args: readonly string[]) =>
    execFileSync('skopeo', ['--insecure-policy', ...args], { stdio: 'pipe' });

  beforeAll(async () => {
    hasher = createRangeHasher();
    const deb = (named: string, more = {}) => makeDeb(scratch, { package: named, ...more });
    const tool = (version: string) => ({
      fields: { Source: 'tool-source (7:1.0)', Section: 'utils' },
      files: {
        'usr/bin/tool': `#!/bin/sh\necho ${version}\n`,
        [`${PYTHON.slice(1)}/tool-${version}.dist-info/METADATA`]: metadata('tool', version),
      },
    });
    engine = await startEngine();
    await engine.docker('import', minimalDebian(), 'base:1');
    await buildImage(engine, 'forms:1', STEPS, {
      'debs/tool-1.deb': deb('tool 1.0', tool('1.0')),
      'debs/tool-2.deb': deb('tool 1:2.0~rc1-1+b2', tool('2.0')),
      'debs/library.deb': deb('library 3.0-1', { fields: { Maintainer: 'Docker <support@docker.com>' } }),
      'debs/comes-and-goes.deb': deb('comes-and-goes 4.0-1', { files: { 'usr/share/comes-and-goes': 'x' } }),
      'debs/leaves-conffiles.deb': deb('leaves-conffiles 5.0-1', {
        files: { 'etc/leaves.conf': 'x' },
        conffiles: ['/etc/leaves.conf'],
      }),
      ...APP,
    });
    await engine.docker('create', '--name', 'made', 'forms:1', 'sh');
    await engine.docker('save', '--output', at('saved.tar'), 'forms:1');
    await engine.docker('export', '--output', at('exported.tar'), 'made');
    await pipeline(createReadStream(at('saved.tar')), createGzip({ level: 1 }), createWriteStream(at('saved.tar.gz')));
    execFileSync('zstd', ['-q', at('saved.tar'), '-o', at('saved.tar.zst')]);
    skopeo('copy', '--quiet', `docker-archive:${at('saved.tar')}`, `oci:${at('gzip')}:v1`);
    writeMixedLayout(at('gzip'), at('mixed'), 'v1');
    execFileSync('tar', ['--create', '--file', at('mixed.tar'), '--directory', at('mixed'), '.']);
    skopeo('copy', '--quiet', `oci:${at('gzip')}:v1`, `docker-archive:${at('skopeo.tar')}:forms:1`);
    registry = await startRealRegistry(scratch);
    skopeo('copy', '--quiet', '--dest-tls-verify=false', `oci:${at('mixed')}:v1`, `docker://${registry.host}/forms:1`);
    mkdirSync(at('root'));
    execFileSync('tar', ['--extract', '--file', at('exported.tar'), '--directory', at('root')]);
  });

  afterAll(async () => {
    await hasher.close();
    await registry?.stop();
    await engine?.stop();
    rmSync(scratch, { recursive: true, force: true });
  });

  test('shows the files that docker export shows', async () => {
    const listing = execFileSync(
      'tar',
      ['--list', '--verbose', '--quoting-style=literal', '--file', at('exported.tar')],
      {
        encoding: 'utf8',
        maxBuffer: 1 << 28,
      },
    );
    const TYPES: Readonly<Record<string, string>> = { '-': 'file', d: 'directory', l: 'symlink', h: 'file' };
    const MODE = /^(.)(...)(...)(...) \S+ +(\S+) \S+ \S+ (.*?)\/?(?: -> .*| link to .*)?$/;
    const expected = listing
      .trimEnd()
      .split('\n')
      .map((line) => {
        const [, kind = '', , , , size = '', path = ''] = MODE.exec(line) ?? [];
        return `${TYPES[kind] ?? 'other'} ${path} ${kind === '-' ? size : ''}`;
      });
    const { image } = await read(`docker-archive:${at('saved.tar')}`);
    const shown = mergedEntries(image.layers.map(({ result }) => result));
    const linked = new Set(
      listing
        .split('\n')
        .filter((line) => line.startsWith('h'))
        .map((line) => MODE.exec(line)?.[6]),
    );
    const actual = [...shown.values()].map(
      ({ path, type, sizeBytes }) => `${type} ${path} ${type === 'file' && !linked.has(path) ? sizeBytes : ''}`,
    );
    // What the engine puts into every container, whatever its image has there.
    const engines = /^\S+ (?:\.dockerenv|dev|proc|sys|dev\/.*|etc\/(?:hostname|hosts|mtab|resolv\.conf)) \S*$/;
    const own = (lines: readonly string[]) => lines.filter((line) => !engines.test(line)).sort();
    expect(own(actual)).toEqual(own(expected));
    expect(actual.length).toBeGreaterThan(3000);
    expect(linked).toContain('usr/bin/tool-again');
    const hides = image.layers.map(({ result: { whiteouts, opaques } }) => [whiteouts.length > 0, opaques.length > 0]);
    expect(hides.flat().filter(Boolean).length).toBeGreaterThan(3);
    expect(hides.some(([, opaque]) => opaque)).toBe(true);
  });

  test('has the packages that dpkg-query lists in a container', async () => {
    const fields = ['db:Status-Abbrev', 'Package', 'Version', 'Architecture', 'source:Package', 'source:Version'];
    const format = `${fields.map((field) => `\${${field}}`).join('|')}\\n`;
    const output = await engine.docker('run', '--rm', '--network', 'none', 'forms:1', 'dpkg-query', '-W', '-f', format);
    const expected = output
      .split('\n')
      .filter((line) => line.startsWith('ii'))
      .map((line) => line.slice(4));
    const { inventory } = await read(`docker-archive:${at('saved.tar')}`);
    const actual = inventory.packages
      .filter(({ type }) => type === 'deb')
      .map(({ name, version, architecture, source }) =>
        [name, version, architecture, source?.name, source?.version].join('|'),
      );
    expect(actual.sort()).toEqual(expected.sort());
    expect(actual).toContain('tool|1:2.0~rc1-1+b2|all|tool-source|7:1.0');
    expect(actual.some((line) => line.startsWith('leaves-conffiles'))).toBe(false);
  });

  test('says which layer brought each package, whose it is, and which belong to the system', async () => {
    const { inventory } = await read(`docker-archive:${at('saved.tar')}`);
    const of = (name: string, type = 'deb') => inventory.packages.find((one) => one.name === name && one.type === type);
    const step = (name: string, type?: string) => of(name, type)?.layer?.instruction ?? 'unknown';
    expect(inventory.base).toMatchObject({ layers: 1, method: 'history' });
    expect([of('bash')?.layer?.index, of('bash')?.owner]).toEqual([0, 'base']);
    expect([step('library'), of('library')?.owner, of('library')?.thirdParty]).toEqual([STEPS[3], 'app', true]);
    expect(step('tool')).toBe(STEPS[4]);
    expect(step('comes-and-goes')).toBe(STEPS[7]?.replace(/ +/g, ' '));
    expect(step('left', 'npm')).toContain('/app');
    expect(of('dev', 'npm')).toBeUndefined();
    expect(of('own', 'pypi')?.ownedBy).toBeUndefined();
    expect(of('tool', 'pypi')).toMatchObject({ version: '2.0', ownedBy: of('tool')?.purl });
  });

  test.each([
    ['a gzip’d archive', () => `docker-archive:${at('saved.tar.gz')}`],
    ['an archive compressed with zstd', () => `docker-archive:${at('saved.tar.zst')}`],
    ['a layout with gzip’d layers', () => `oci:${at('gzip')}:v1`],
    ['a layout whose layers are packed in three ways', () => `oci:${at('mixed')}`],
    ['an archive of such a layout', () => `oci-archive:${at('mixed.tar')}`],
    ['an archive that skopeo wrote', () => `docker-archive:${at('skopeo.tar')}`],
    ['a registry', () => `registry:${registry.host}/forms:1`],
    ['the engine, in place', () => 'docker:forms:1'],
  ])('reads alike from %s', async (title, target) => {
    const plain = await read(`docker-archive:${at('saved.tar')}`);
    const other = await read(target());
    expect(said(other)).toEqual(said(plain));
    expect(other.inventory.problems).toEqual([]);
    expect(other.image.description.verified).toBe(title.includes('in place') ? 'engine' : 'digests');
    const converted = await read(`oci:${at('gzip')}:v1`);
    const ids = [plain, converted].map(({ image }) => image.description.imageId);
    expect(ids).toContain(other.image.description.imageId);
  });

  test('reads alike from the engine’s export, and without verifying', async () => {
    const plain = await read(`docker-archive:${at('saved.tar')}`);
    const exported = await read('docker:forms:1', true);
    expect(said(exported)).toEqual(said(plain));
    expect(exported.image.description.verified).toBe('digests');
    const unverified = await read(`oci:${at('mixed')}`, false, false);
    expect(said(unverified)).toEqual(said(plain));
    expect(unverified.image.description.verified).toBe('none');
  });

  test('has the same packages as its root filesystem, and as a container of it', async () => {
    const names = ({ inventory }: Read) =>
      inventory.packages.map(({ purl, ownedBy, locations, thirdParty }) => [purl, ownedBy, locations, thirdParty]);
    const plain = await read(`docker-archive:${at('saved.tar')}`);
    expect(names(await read(`rootfs:${at('root')}`))).toEqual(names(plain));
    expect(names(await read('container:made'))).toEqual(names(plain));
  });
});
