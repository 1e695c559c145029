import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ScanReport } from '#api/scan-report.ts';
import { makeZip } from '#base/zip/zip.fixture.ts';
import { dockerArchive } from '../fakes/docker-archive.ts';
import { gzipBomb, longNames, manyEntries, ODD_ENTRIES, zstdBomb } from '../fakes/hostile.ts';
import { type TarFile, tarOf } from '../fakes/tar.ts';
import { expectDecent, expectProblems, expectRefused, refusalOf } from '../harness/expect-ran.ts';
import { type Bench, type Ran, startBench } from '../harness/holdfast.ts';

const sha256 = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex');

const OS: TarFile = { name: 'etc/os-release', body: 'ID=debian\nVERSION_ID=12\nPRETTY_NAME="Debian 12"\n' };
const STATUS = 'Package: planted\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.0-1\n\n';
const DPKG: TarFile = { name: 'var/lib/dpkg/status', body: STATUS };
/** Bytes that do not shrink. */
const FILLER = Buffer.concat(
  Array.from({ length: 3200 }, (_, index) => createHash('sha256').update(`${index}`).digest()),
);
const LAYER = tarOf([OS, DPKG, { name: 'usr/share/filler', body: FILLER }]);
const GOOD = dockerArchive({ tag: 'good:1', steps: [{ instruction: 'ADD', bytes: LAYER }] });

/** An archive of one layer of these bytes; `plain` are the same uncompressed. */
const withLayer = (bytes: Buffer, plain = bytes) =>
  dockerArchive({ tag: 'bad:1', steps: [{ instruction: 'ADD', bytes, diffId: `sha256:${sha256(plain)}` }] });
const withFiles = (files: readonly TarFile[]) => withLayer(tarOf(files));
/** docker save's form, with any manifest and files. */
const saved = (manifest: unknown, files: Readonly<Record<string, string | Buffer>>) =>
  tarOf([
    ...Object.entries(files).map(([name, body]) => ({ name, body })),
    { name: 'manifest.json', body: typeof manifest === 'string' ? manifest : JSON.stringify(manifest) },
  ]);
const changed = (bytes: Buffer, at: number, value = 0xff) => {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ value;
  return copy;
};

interface Layout {
  readonly index?: unknown;
  readonly manifest?: Record<string, unknown>;
  readonly layer?: Buffer;
  readonly config?: Buffer;
  /** What lies under the digest of each instead. */
  readonly stored?: Partial<Record<'layer' | 'config' | 'manifest', Buffer | undefined>>;
}

const TYPE = 'application/vnd.oci.image';

/** Files of an OCI layout of one image of one gzip'd layer, right but for what is asked for. */
function layoutFiles(options: Layout = {}): readonly TarFile[] {
  const layer = options.layer ?? gzipSync(LAYER);
  const config =
    options.config ??
    Buffer.from(
      JSON.stringify({
        os: 'linux',
        architecture: process.arch === 'x64' ? 'amd64' : process.arch,
        rootfs: { type: 'layers', diff_ids: [`sha256:${sha256(LAYER)}`] },
      }),
    );
  const descriptor = (mediaType: string, bytes: Buffer) => ({
    mediaType,
    digest: `sha256:${sha256(bytes)}`,
    size: bytes.length,
  });
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: `${TYPE}.manifest.v1+json`,
      config: descriptor(`${TYPE}.config.v1+json`, config),
      layers: [descriptor(`${TYPE}.layer.v1.tar+gzip`, layer)],
      ...options.manifest,
    }),
  );
  const index = options.index ?? {
    schemaVersion: 2,
    mediaType: `${TYPE}.index.v1+json`,
    manifests: [{ ...descriptor(`${TYPE}.manifest.v1+json`, manifest) }],
  };
  const blobs = Object.entries({ layer, config, manifest }).flatMap(([part, bytes]) => {
    const { stored = {} } = options;
    const body = part in stored ? stored[part as keyof typeof stored] : bytes;
    return body === undefined ? [] : [{ name: `blobs/sha256/${sha256(bytes)}`, body }];
  });
  return [
    { name: 'oci-layout', body: '{"imageLayoutVersion":"1.0.0"}' },
    { name: 'index.json', body: JSON.stringify(index) },
    ...blobs,
  ];
}
const layout = (options: Layout = {}) => tarOf(layoutFiles(options));

let bench: Bench;
beforeAll(() => {
  bench = startBench();
});
afterAll(() => bench.remove());

async function scan(args: readonly string[]): Promise<Ran> {
  const ran = await bench.run(['scan', ...args, '--format', 'json', '--no-cache'], { limitMs: 90_000 });
  expectDecent(ran);
  return ran;
}

describe('archives that are refused', () => {
  const half = GOOD.length / 2;
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  const config = JSON.stringify({ os: 'linux', architecture: 'amd64', rootfs: { type: 'layers', diff_ids: [] } });
  const rows: readonly (readonly [title: string, code: string, make: () => Buffer])[] = [
    [
      'random bytes',
      'TAR_NOT_AN_ARCHIVE',
      () => Buffer.from(Array.from({ length: 5000 }, (_, at) => (at * 7919) % 251)),
    ],
    ['a PNG picture', 'TAR_NOT_AN_ARCHIVE', () => Buffer.from(`\x89PNG\r\n\x1a\n${'x'.repeat(2000)}`, 'latin1')],
    ['zeros', 'ARCHIVE_NO_IMAGE', () => Buffer.alloc(10_240)],
    ['a tar of something else', 'ARCHIVE_NO_IMAGE', () => tarOf([{ name: 'readme.txt', body: 'hello' }])],
    ['a gzip of a text', 'TAR_NOT_AN_ARCHIVE', () => gzipSync('hello '.repeat(1000))],
    ['a gzip of a gzip', 'TAR_NOT_AN_ARCHIVE', () => gzipSync(gzipSync(GOOD))],
    ['an archive cut in a layer', 'ARCHIVE_NO_IMAGE', () => GOOD.subarray(0, half)],
    ['a gzip archive that was cut', 'GZIP_CORRUPT', () => gzipSync(GOOD).subarray(0, -20_000)],
    ['a gzip archive with damage', 'GZIP_CORRUPT', () => changed(gzipSync(GOOD), 60_000)],
    ['an archive compressed with bzip2', 'COMPRESSION_UNSUPPORTED', () => Buffer.from('BZh91AY&SY'.padEnd(1000, 'x'))],
    [
      'an archive compressed with xz',
      'COMPRESSION_UNSUPPORTED',
      () => Buffer.from(`\xfd7zXZ\0${'x'.repeat(1000)}`, 'latin1'),
    ],
    ['100,001 files', 'ARCHIVE_TOO_MANY_FILES', () => manyEntries(100_002)],
    ['a manifest that is no list', 'ARCHIVE_INVALID', () => saved({}, {})],
    ['a manifest that is no JSON', 'ARCHIVE_INVALID', () => saved('[{"Config":', {})],
    ['an empty manifest', 'ARCHIVE_NO_IMAGE', () => saved([], {})],
    ['a manifest of nothing', 'ARCHIVE_INVALID', () => saved([null], {})],
    ['a manifest nested without end', 'ARCHIVE_INVALID', () => saved(deep, {})],
    ['a manifest of 100 MB', 'FILE_TOO_LARGE', () => saved(`[${' '.repeat(100_000_000)}]`, {})],
    ['no config', 'ARCHIVE_INVALID', () => saved([{ Config: 'absent.json', Layers: [] }], {})],
    ['a config outside', 'ARCHIVE_INVALID', () => saved([{ Config: '../../../etc/passwd', Layers: [] }], {})],
    ['a config that is no JSON', 'CONFIG_INVALID', () => saved([{ Config: 'c.json', Layers: [] }], { 'c.json': 'x' })],
    [
      'a config with another digest',
      'IMAGE_DIGEST_MISMATCH',
      () => saved([{ Config: `${'0'.repeat(64)}.json`, Layers: [] }], { [`${'0'.repeat(64)}.json`]: config }),
    ],
    [
      'a layer too many',
      'ARCHIVE_INVALID',
      () => saved([{ Config: 'c.json', Layers: ['a', 'b'] }], { 'c.json': config, a: LAYER, b: LAYER }),
    ],
    [
      'a missing layer',
      'IMAGE_LAYER_MISSING',
      () =>
        saved([{ Config: 'c.json', Layers: ['absent/layer.tar'] }], {
          'c.json': config.replace('[]', `["sha256:${'1'.repeat(64)}"]`),
        }),
    ],
    [
      'a layer that links to itself',
      'IMAGE_LAYER_MISSING',
      () =>
        tarOf([
          { name: 'a', type: '2', link: 'a' },
          { name: 'c.json', body: config.replace('[]', `["sha256:${'1'.repeat(64)}"]`) },
          { name: 'manifest.json', body: JSON.stringify([{ Config: 'c.json', Layers: ['a'] }]) },
        ]),
    ],
    ['a layer of other bytes', 'IMAGE_DIGEST_MISMATCH', () => changed(GOOD, GOOD.indexOf(FILLER) + 50_000)],
    ['a layer that is no tar', 'TAR_NOT_AN_ARCHIVE', () => withLayer(Buffer.alloc(2048, 'x'))],
    ['a gzip layer that was cut', 'GZIP_CORRUPT', () => withLayer(gzipSync(LAYER).subarray(0, 200))],
    ['a zstd layer that was cut', 'ZSTD_CORRUPT', () => withLayer(zstdBomb(1).subarray(0, 900))],
    ['a gzip bomb', 'DECOMPRESS_LIMIT', () => withLayer(gzipBomb(4))],
    ['a zstd bomb', 'DECOMPRESS_LIMIT', () => withLayer(zstdBomb(64))],
    ['a gzip bomb around it all', 'DECOMPRESS_LIMIT', () => gzipBomb(4, 'layer.tar')],
    ['a zstd bomb around it all', 'DECOMPRESS_LIMIT', () => zstdBomb(64, 'layer.tar')],
    ['a bomb in a file that is read', 'DECOMPRESS_LIMIT', () => withLayer(gzipBomb(4, 'var/lib/dpkg/status'))],
    [
      'several images and no choice',
      'ARCHIVE_SEVERAL_IMAGES',
      () =>
        saved(
          [1, 2].map((tag) => ({ Config: `${tag}.json`, RepoTags: [`a:${tag}`], Layers: [] })),
          { '1.json': config, '2.json': `${config} ` },
        ),
    ],
  ];
  test.each(rows)('%s: %s', async (title, code, make) => {
    const file = `${title.replace(/\W+/g, '-')}.tar`;
    writeFileSync(bench.path(file), make());
    const ran = await scan([`docker-archive:${file}`]);
    expectRefused(ran, code, code === 'ARCHIVE_SEVERAL_IMAGES' ? 2 : 1);
  });
});

describe('OCI layouts that are refused', () => {
  const ref = (digest: string, mediaType = `${TYPE}.manifest.v1+json`, size = 2) => ({
    schemaVersion: 2,
    mediaType: `${TYPE}.index.v1+json`,
    manifests: [{ mediaType, digest, size }],
  });
  const nested = (): readonly TarFile[] => {
    // Each index names the next one, and the last one a digest that nobody has.
    const files: TarFile[] = [];
    let below: unknown = ref(`sha256:${'a'.repeat(64)}`);
    for (let depth = 0; depth < 50; depth += 1) {
      const body = JSON.stringify(below);
      files.push({ name: `blobs/sha256/${sha256(body)}`, body });
      below = ref(`sha256:${sha256(body)}`, `${TYPE}.index.v1+json`, body.length);
    }
    return [...files, { name: 'index.json', body: JSON.stringify(below) }, { name: 'oci-layout', body: '{}' }];
  };
  const rows: readonly (readonly [title: string, code: string | RegExp, make: () => Buffer])[] = [
    [
      'another manifest under its digest',
      'IMAGE_DIGEST_MISMATCH',
      () => layout({ stored: { manifest: Buffer.from('{}') } }),
    ],
    [
      'another config under its digest',
      'IMAGE_DIGEST_MISMATCH',
      () => layout({ stored: { config: Buffer.from('{}') } }),
    ],
    ['another layer under its digest', 'BLOB_SIZE_MISMATCH', () => layout({ stored: { layer: gzipSync('x') } })],
    [
      'a layer of the right size only',
      'IMAGE_DIGEST_MISMATCH',
      () => layout({ stored: { layer: changed(gzipSync(LAYER), 4) } }),
    ],
    ['a layer whose diffID is another', 'IMAGE_DIGEST_MISMATCH', () => layout({ layer: gzipSync(tarOf([OS])) })],
    ['no manifest', 'ARCHIVE_INVALID', () => layout({ stored: { manifest: undefined } })],
    ['no config', 'ARCHIVE_INVALID', () => layout({ stored: { config: undefined } })],
    ['no layer', 'IMAGE_LAYER_MISSING', () => layout({ stored: { layer: undefined } })],
    ['an index that is no JSON', 'MANIFEST_INVALID', () => tarOf([{ name: 'index.json', body: '{' }])],
    [
      'a digest that leaves the layout',
      'MANIFEST_INVALID',
      () => layout({ index: ref('sha256:../../../../etc/passwd') }),
    ],
    ['indexes that name indexes without end', /^[A-Z]+_[A-Z_]+$/, () => tarOf(nested())],
    [
      'a manifest without layers or config',
      /^(?:MANIFEST_INVALID|NOT_AN_IMAGE)$/,
      () => layout({ manifest: { config: null, layers: null } }),
    ],
    [
      'a Helm chart',
      'NOT_AN_IMAGE',
      () =>
        layout({
          manifest: {
            config: {
              mediaType: 'application/vnd.cncf.helm.config.v1+json',
              digest: `sha256:${sha256('{}')}`,
              size: 2,
            },
          },
        }),
    ],
    [
      'sizes that are no numbers',
      'MANIFEST_INVALID',
      () => layout({ manifest: { layers: [{ mediaType: 'x', digest: `sha256:${'0'.repeat(64)}`, size: -1 }] } }),
    ],
  ];
  test.each(rows)('%s: %s', async (title, code, make) => {
    const file = `oci-${title.replace(/\W+/g, '-')}.tar`;
    writeFileSync(bench.path(file), make());
    const ran = await scan([`oci-archive:${file}`]);
    const found = refusalOf(ran);
    expect(found).toMatch(code);
    expectRefused(ran, found);
  });
});

describe('layers that are read as far as they can be', () => {
  test('a layer that ends in a file', async () => {
    writeFileSync(bench.path('cut.tar'), withLayer(LAYER.subarray(0, LAYER.indexOf(FILLER) + 1000)));
    const report = expectProblems(await scan(['docker-archive:cut.tar']), ['TAR_TRUNCATED']);
    expect(report.packages.map(({ name }) => name)).toEqual(['planted']);
  });

  test('names that leave the root, devices, odd links and whiteouts', async () => {
    writeFileSync(bench.path('odd.tar'), withFiles([OS, DPKG, ...ODD_ENTRIES]));
    const report = expectProblems(await scan(['docker-archive:odd.tar', '--files']), ['TAR_PATH_REFUSED']);
    expect(report.packages.map(({ name }) => name)).toEqual(['planted']);
    expect(JSON.stringify(report.executables)).not.toMatch(/outside|shadow|passwd/);
  });

  test('a link is not followed to the file of this host', async () => {
    const link = { name: 'var/lib/dpkg/status', type: '2', link: '/var/lib/dpkg/status' };
    writeFileSync(bench.path('link.tar'), withFiles([OS, link]));
    expect(expectProblems(await scan(['docker-archive:link.tar']), []).packages).toEqual([]);
  });

  test('2,000 names of 64 KiB', async () => {
    const plain = Buffer.concat([tarOf([OS, DPKG]).subarray(0, -1024), longNames(2000)]);
    writeFileSync(bench.path('names.tar'), withLayer(gzipSync(plain), plain));
    const ran = await scan(['docker-archive:names.tar', '--files']);
    const report = expectProblems(ran, ['PROBLEMS_OMITTED', 'TAR_PATH_REFUSED']);
    expect(report.packages.map(({ name }) => name)).toEqual(['planted']);
    expect(ran.stdout.length).toBeLessThan(1_000_000);
  });

  test('a million entries', async () => {
    const layer = Buffer.concat([gzipSync(tarOf([OS, DPKG]).subarray(0, -1024)), manyEntries(1_000_000)]);
    writeFileSync(bench.path('million.tar'), withLayer(layer));
    const report = expectProblems(await scan(['docker-archive:million.tar', '--no-verify', '--files']), []);
    expect(report.packages.map(({ name }) => name)).toEqual(['planted']);
    expect(report.executables).toHaveLength(1_000_000);
  });

  test('a million packages', async () => {
    const stanzas = Array.from(
      { length: 1_000_000 },
      (_, index) => `Package: p${index}\nStatus: a b installed\nVersion: 1\n\n`,
    );
    writeFileSync(bench.path('packages.tar'), withFiles([OS, { name: DPKG.name, body: stanzas.join('') }]));
    const ran = await scan(['docker-archive:packages.tar']);
    expect([0, 1]).toContain(ran.code);
    if (ran.code === 1) expect(ran.stderr).toMatch(/\[[A-Z_]+\]\n {2}\S/);
  });

  test('databases of packages that are damaged, huge or nonsense are problems, and the rest is read', async () => {
    const junk = (bytes: number) => Buffer.alloc(bytes, 'junk \n\0{"[:');
    const deep = `{"a":${'['.repeat(200_000)}`;
    const files: readonly TarFile[] = [
      OS,
      DPKG,
      { name: 'lib/apk/db/installed', body: junk(3_000_000) },
      { name: 'var/lib/rpm/rpmdb.sqlite', body: Buffer.concat([Buffer.from('SQLite format 3\0'), junk(100_000)]) },
      { name: 'var/lib/rpm/Packages.db', body: Buffer.concat([Buffer.from('RpmP'), junk(100_000)]) },
      { name: 'var/lib/rpm/Packages', body: junk(100_000) },
      { name: 'app/node_modules/a/package.json', body: deep },
      { name: 'app/node_modules/b/package.json', body: junk(10_000_000) },
      { name: 'app/package-lock.json', body: deep },
      { name: 'usr/lib/python3/dist-packages/a-1.dist-info/METADATA', body: junk(10_000_000) },
      {
        name: 'bin/go',
        mode: 0o755,
        body: Buffer.concat([Buffer.from('\x7fELF\x02\x01\x01', 'latin1'), Buffer.alloc(4000, 0xff)]),
      },
    ];
    writeFileSync(bench.path('junk.tar'), withFiles(files));
    const ran = await scan(['docker-archive:junk.tar']);
    expect(ran.code).toBe(0);
    const report: ScanReport = JSON.parse(ran.stdout);
    expect(report.packages.map(({ name }) => name)).toEqual(['planted']);
    const about = (path: string) => report.problems.filter((problem) => problem.path === path).length;
    for (const { name } of files.slice(2, -1)) expect([name, about(name)]).not.toEqual([name, 0]);
  });
});

describe('what was not verified is not believed later', () => {
  const forged = () => {
    // The layer of one image under the diffID of another.
    const bytes = tarOf([OS, { ...DPKG, body: STATUS.replace('planted', 'forged') }]);
    return dockerArchive({
      tag: 'forged:1',
      steps: [{ instruction: 'ADD', bytes, diffId: `sha256:${sha256(LAYER)}` }],
    });
  };
  const names = (ran: Ran) => JSON.parse(ran.stdout).packages.map(({ name }: { name: string }) => name);

  test('a run without verification puts nothing into the cache that a run with it takes', async () => {
    writeFileSync(bench.path('forged.tar'), forged());
    writeFileSync(bench.path('good.tar'), GOOD);
    const scanned = (args: readonly string[]) => bench.run(['scan', ...args, '--format', 'json']);
    const unverified = await scanned(['forged.tar', '--no-verify']);
    expect(names(unverified)).toEqual(['forged']);
    expect(JSON.parse(unverified.stdout).target.verified).toBe('none');
    expect((await bench.run(['scan', 'forged.tar', '--no-verify'])).stdout).toContain('NOT VERIFIED');
    expectRefused(await scanned(['forged.tar']), 'IMAGE_DIGEST_MISMATCH');
    expect(names(await scanned(['good.tar']))).toEqual(['planted']);
    // What is known of a diffID is what its bytes hold, whatever an archive shows under its name.
    const known = await scanned(['forged.tar']);
    if (known.code === 0) expect(names(known)).toEqual(['planted']);
    else expectRefused(known, 'IMAGE_DIGEST_MISMATCH');
  });

  test('a damaged cache costs time, nothing else', async () => {
    const run = () => bench.run(['scan', 'good.tar', '--format', 'json']);
    const first = await run();
    const cache = bench.path('home/.cache/holdfast/layers');
    const kept = readdirSync(cache);
    expect(kept.length).toBeGreaterThan(0);
    for (const name of kept) writeFileSync(`${cache}/${name}`, 'damaged');
    expect(await run()).toMatchObject({ code: 0, stderr: '', stdout: first.stdout });
  });
});

describe('SBOMs and advisories', () => {
  const rows: readonly (readonly [title: string, make: () => Buffer])[] = [
    [
      'nested without end',
      () =>
        Buffer.from(`{"bomFormat":"CycloneDX","specVersion":"1.6","components":${'[{"components":'.repeat(100_000)}`),
    ],
    [
      'of a million components',
      () =>
        Buffer.from(
          `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[${'{"type":"library","name":"a","version":"1","purl":"pkg:npm/a@1"},'.repeat(1_000_000)}{}]}`,
        ),
    ],
    [
      'of one name of 50 MB',
      () =>
        Buffer.from(
          `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"${'a'.repeat(50_000_000)}"}]}`,
        ),
    ],
    [
      'with a prototype',
      () =>
        Buffer.from(
          '{"bomFormat":"CycloneDX","specVersion":"1.6","__proto__":{"components":[]},"components":[{"__proto__":{"name":"x"}}]}',
        ),
    ],
    [
      'that is not UTF-8',
      () => Buffer.from('{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"name":"\xff\xfe"}]}', 'latin1'),
    ],
  ];
  test.each(rows)('an SBOM %s', async (title, make) => {
    const file = `${title.replace(/\W+/g, '-')}.json`;
    writeFileSync(bench.path(file), make());
    const ran = await scan([`sbom:${file}`]);
    expect([0, 1]).toContain(ran.code);
    if (ran.code === 1) expect(ran.stderr).toMatch(/^holdfast: .*\[SBOM_[A-Z_]+\]\n {2}\S/);
  });

  test('db build ends in bounded memory, whatever it is given', async () => {
    mkdirSync(bench.path('feeds'));
    const bomb = makeZip([{ name: 'GHSA-1.json', bytes: Buffer.alloc(300_000_000, ' ') }]);
    writeFileSync(bench.path('feeds/bomb.zip'), bomb);
    writeFileSync(bench.path('feeds/cut.zip'), bomb.subarray(0, 1000));
    writeFileSync(bench.path('feeds/deep.json'), `{"id":"X","affected":${'['.repeat(1_000_000)}`);
    writeFileSync(bench.path('feeds/bomb.json.gz'), gzipBomb(4));
    writeFileSync(
      bench.path('feeds/good.json'),
      '{"id":"CVE-2024-0001","modified":"2024-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"npm","name":"a"},"versions":["1.0.0"]}]}',
    );
    for (const name of ['bomb.zip', 'cut.zip', 'deep.json', 'bomb.json.gz', '.']) {
      const ran = await bench.run(['db', 'build', '--from', `feeds/${name}`, '--out', 'made.db']);
      expectDecent(ran);
      expect([0, 1, 2]).toContain(ran.code);
      if (name === 'bomb.json.gz') expectRefused(ran, 'ADVISORY_INPUT_LIMIT');
      if (ran.code !== 0) expect(ran.stderr).toMatch(/^holdfast: .*\[[A-Z_]+\]\n {2}\S/m);
    }
  });
});
