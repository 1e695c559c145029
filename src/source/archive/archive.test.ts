import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dpkgStatus } from '../../../test/fakes/layers.ts';
import {
  configOf,
  digestOf,
  dockerFiles,
  dockerOciFiles,
  hexOf,
  type LayoutImage,
  ociBlob,
  ociFiles,
  ociFrame,
  ociImageBlobs,
  PACKINGS,
  packed,
} from '../../../test/fakes/layouts.ts';
import { type Form, outcome, type ReadOptions, readBytes, readFiles } from '../../../test/fakes/read-archive.ts';
import { paxOf, type TarFile, tarOf } from '../../../test/fakes/tar.ts';
import { runs } from '../../../test/harness/runs.ts';
import { openArchive } from '../kinds/docker-archive/index.ts';
import { openOciLayout } from '../kinds/oci-layout/index.ts';

const STATUS = 'var/lib/dpkg/status';
const layer = (...names: readonly string[]) => tarOf([{ name: STATUS, body: dpkgStatus(...names) }]);
const LAYERS = [
  layer('a 1'),
  tarOf([{ name: 'usr/bin/tool', body: 'x'.repeat(9000), mode: 0o755 }]),
  layer('a 1', 'b 2'),
];
const IMAGE: LayoutImage = { layers: LAYERS, names: ['app:1'] };
const DOCKER = dockerFiles(IMAGE);

type Outcome = Awaited<ReturnType<typeof outcome>>;

/** The outcome, which must be the same in every form that the files can be given in. */
async function read(
  files: readonly TarFile[],
  options?: ReadOptions,
  forms: readonly Form[] = ['plain', 'gzip', 'zstd'],
) {
  const [first, ...others] = await Promise.all(forms.map((form) => outcome(readFiles(files, form, options))));
  for (const other of others) expect(other).toEqual(first);
  if (first === undefined) throw new Error('no form');
  return first;
}
const OCI: ReadOptions = { kind: 'oci-archive' };
const LAYOUT_FORMS: readonly Form[] = ['plain', 'gzip', 'directory'];

/** The packages that each layer shows, or the code of the error. */
const packages = (found: Outcome) =>
  'code' in found
    ? found.code
    : found.layers.map(({ result }) =>
        result.files.flatMap(({ items }) =>
          items.flatMap((item) => (item.kind === 'package' ? [item.package.name] : [])),
        ),
      );
const problems = (found: Outcome) =>
  'code' in found ? [found.code] : found.description.problems.map(({ code }) => code);
const EXPECTED = [['a'], [], ['a', 'b']];

describe('an archive of an image', () => {
  const packings = fc.tuple(...LAYERS.map(() => fc.constantFrom(...PACKINGS)));
  const made = fc
    .tuple(fc.constantFrom(dockerFiles, dockerOciFiles, ociFiles), packings)
    .chain(([filesOf, packing]) => {
      const files = filesOf({ ...IMAGE, packing });
      const order = fc.shuffledSubarray(files, { minLength: files.length });
      return fc.record({ files: order, packing: fc.constant(packing), legacy: fc.constant(filesOf === dockerFiles) });
    });

  it('is read alike in whatever order its files lie, however it and its layers are packed', async () => {
    await fc.assert(
      fc.asyncProperty(made, async ({ files, packing, legacy }) => {
        const found = await read(files, {}, ['plain', 'gzip']);
        expect(packages(found)).toEqual(EXPECTED);
        if ('code' in found) return;
        const stored = LAYERS.map((one, index) =>
          legacy ? undefined : digestOf(packed(one, packing[index] ?? 'plain')),
        );
        expect(found.layers.map(({ digest }) => digest)).toEqual(stored);
        expect(found.layers.map(({ diffId }) => diffId)).toEqual(LAYERS.map((one) => digestOf(one)));
        expect(found.description).toMatchObject({
          imageId: digestOf(configOf(IMAGE)),
          tags: ['app:1'],
          verified: 'digests',
          problems: [],
          platform: { os: 'linux', architecture: 'amd64' },
        });
        expect(found.description.digest === undefined).toBe(legacy);
      }),
      { numRuns: runs(20) },
    );
  });

  it('that is compressed with zstd is read as well', async () => {
    expect(packages(await read(DOCKER))).toEqual(EXPECTED);
  });

  it('may begin like JSON in its layers', async () => {
    const layers = [tarOf([{ name: '[slug].js' }, { name: STATUS, body: dpkgStatus('a 1') }]), tarOf([{ name: '{' }])];
    expect(packages(await read(dockerFiles({ layers })))).toEqual([['a'], []]);
  });

  it('may have no layers at all, which is written in two ways', async () => {
    const files = dockerFiles({ layers: [] });
    expect(packages(await read(files))).toEqual([]);
    const nulls = files.map((file) => ({ ...file, body: String(file.body).replace('"Layers":[]', '"Layers":null') }));
    expect(packages(await read(nulls))).toEqual([]);
  });

  it('may have layers that are links to others, or the same layer twice', async () => {
    const [first = '', second = '', third = ''] = LAYERS.map((one) => `${hexOf(one)}/layer.tar`);
    const twice = { ...IMAGE, layers: [...LAYERS, ...LAYERS.slice(2)] };
    expect(packages(await read(dockerFiles(twice)))).toEqual([...EXPECTED, ['a', 'b']]);
    for (const link of [
      { name: third, type: '2', link: '../shared/layer.tar' },
      { name: third, type: '1', link: 'shared/layer.tar' },
    ]) {
      const files = DOCKER.map((file) => (file.name === third ? { ...file, name: 'shared/layer.tar' } : file));
      expect(packages(await read([...files, link]))).toEqual(EXPECTED);
      expect(packages(await read([link, ...files]))).toEqual(EXPECTED);
    }
    const circle = [
      { name: first, type: '2', link: `../${second}` },
      { name: second, type: '2', link: `../${first}` },
    ];
    const rest = DOCKER.filter(({ name }) => name !== first && name !== second);
    expect(packages(await read([...rest, ...circle]))).toBe('IMAGE_LAYER_MISSING');
    const out = { name: third, type: '2', link: '../../../etc/passwd' };
    expect(packages(await read([...DOCKER.filter(({ name }) => name !== third), out]))).toBe('IMAGE_LAYER_MISSING');
  });

  it('is known by the last of several files of a name', async () => {
    const wrong = { name: 'manifest.json', body: '[{"Config":"nothing"}]' };
    expect(packages(await read([wrong, ...DOCKER]))).toEqual(EXPECTED);
    expect(packages(await read([...DOCKER, wrong]))).toBe('ARCHIVE_INVALID');
  });

  it('is not believed to be of a manifest that has other layers', async () => {
    const other = ociFiles({ layers: [LAYERS[0] ?? Buffer.alloc(0), layer('c 1'), LAYERS[2] ?? Buffer.alloc(0)] });
    const config = configOf(IMAGE);
    const files = dockerOciFiles(IMAGE).filter(({ name }) => name !== 'index.json');
    const forged = other.map((file) => {
      if (file.name !== 'index.json') return file;
      const index = JSON.parse(String(file.body));
      const blob = other.find(({ name }) => name.endsWith(index.manifests[0].digest.slice(7)));
      const manifest = JSON.parse(String(blob?.body));
      const made = ociBlob(
        Buffer.from(JSON.stringify({ ...manifest, config: { ...manifest.config, digest: digestOf(config) } })),
        manifest.mediaType,
      );
      return [made.file, ...ociFrame([made.descriptor])];
    });
    const found = await read([...files, ...forged.flat().filter(({ name }) => name !== 'oci-layout')]);
    expect(packages(found)).toEqual(EXPECTED);
    if (!('code' in found)) expect(found.description.digest).toBeUndefined();
  });

  it('may be named by a symbolic link', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'holdfast-link-'));
    try {
      writeFileSync(join(directory, 'real.tar'), tarOf(DOCKER));
      symlinkSync('real.tar', join(directory, 'link.tar'));
      const choice = { defaultPlatform: { os: 'linux', architecture: 'amd64' }, verify: true };
      const image = openArchive(join(directory, 'link.tar'), 'docker-archive', choice);
      const { layers } = await image.read(async () => ({ result: 'read' }));
      expect(layers).toHaveLength(3);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});

describe('an archive that is not what it should be', () => {
  const without = (...names: readonly string[]) =>
    DOCKER.filter(({ name }) => !names.some((one) => name.includes(one)));
  const third = LAYERS[2] ?? Buffer.alloc(0);
  const replaced = (files: readonly TarFile[], name: string, body: Buffer | string) =>
    files.map((file) => (file.name === name ? { ...file, body } : file));
  const evil = layer('a 1', 'evil 1');

  it.each([
    ['a layer is missing', without(hexOf(third)), 'IMAGE_LAYER_MISSING'],
    ['the config is missing', without(`${hexOf(configOf(IMAGE))}.json`), 'ARCHIVE_INVALID'],
    ['manifest.json is missing', without('manifest.json'), 'ARCHIVE_NO_IMAGE'],
    ['manifest.json is no JSON', replaced(DOCKER, 'manifest.json', '[{"Config":'), 'ARCHIVE_INVALID'],
    ['manifest.json is no list', replaced(DOCKER, 'manifest.json', '{"Config":"x"}'), 'ARCHIVE_INVALID'],
    ['manifest.json is an empty list', replaced(DOCKER, 'manifest.json', '[         ]'), 'ARCHIVE_NO_IMAGE'],
    ['an entry is no object', replaced(DOCKER, 'manifest.json', '[null,"x",7]'), 'ARCHIVE_INVALID'],
    ['layers are no names', replaced(DOCKER, 'manifest.json', '[{"Config":"x","Layers":[{}]}]'), 'ARCHIVE_INVALID'],
    ['a layer is another', replaced(DOCKER, `${hexOf(third)}/layer.tar`, evil), 'IMAGE_DIGEST_MISMATCH'],
    [
      'the config is another',
      replaced(DOCKER, `${hexOf(configOf(IMAGE))}.json`, '{"rootfs":{}}'),
      'IMAGE_DIGEST_MISMATCH',
    ],
    ['a layer is no tar', replaced(DOCKER, `${hexOf(third)}/layer.tar`, 'x'.repeat(2000)), 'TAR_NOT_AN_ARCHIVE'],
    [
      'the image is for Windows',
      dockerFiles({ ...IMAGE, platform: { os: 'windows', architecture: 'amd64' } }),
      'PLATFORM_WINDOWS',
    ],
  ])('because %s: %s', async (_, files, code) => {
    expect(packages(await read(files))).toBe(code);
  });

  it('because the manifest has other layers than the config', async () => {
    const files = DOCKER.map((file) => {
      if (file.name !== 'manifest.json') return file;
      const [entry] = JSON.parse(String(file.body));
      return { ...file, body: JSON.stringify([{ ...entry, Layers: entry.Layers.slice(1) }]) };
    });
    expect(packages(await read(files))).toBe('ARCHIVE_INVALID');
  });

  it('because a large layer is damaged in its middle: said as what it is', async () => {
    const noise = Buffer.from(Array.from({ length: 2_000_000 }, (_, i) => (i * i * 31 + (i >> 8)) & 0xff));
    const large = { ...IMAGE, layers: [tarOf([{ name: 'noise', body: noise }])], packing: ['gzip'] as const };
    const files = dockerFiles(large).map((file) => {
      if (!Buffer.isBuffer(file.body) || !file.name.endsWith('layer.tar')) return file;
      const body = Buffer.from(file.body);
      body.fill(0xff, 5000, 5100);
      return { ...file, body };
    });
    expect(packages(await read(files))).toBe('GZIP_CORRUPT');
    expect(packages(await read([...files, ...DOCKER]))).toEqual(EXPECTED);
  });

  it('is believed without verifying only as far as it says so', async () => {
    const files = replaced(DOCKER, `${hexOf(third)}/layer.tar`, evil);
    const found = await read(files, { choice: { verify: false } });
    expect(packages(found)).toEqual([['a'], [], ['a', 'evil']]);
    if (!('code' in found)) expect(found.description.verified).toBe('none');
  });

  it('is no image when it is a tree of files, empty, or no archive', async () => {
    expect(packages(await read([{ name: 'etc/passwd', body: 'root:x:0:0' }]))).toBe('ARCHIVE_NO_IMAGE');
    for (const form of ['plain', 'gzip', 'zstd'] as const) {
      expect(packages(await outcome(readBytes(Buffer.alloc(0), form)))).toBe('TAR_NOT_AN_ARCHIVE');
      expect(packages(await outcome(readBytes(Buffer.from('no archive\n'.repeat(99)), form)))).toBe(
        'TAR_NOT_AN_ARCHIVE',
      );
      expect(packages(await outcome(readBytes(Buffer.alloc(10_240), form)))).toBe('ARCHIVE_NO_IMAGE');
    }
  });

  it('says what is wrong with names in it, and goes on', async () => {
    const odd = [
      { name: '../out' },
      paxOf({ path: 'x'.repeat(65_536) }),
      { name: 'short' },
      { name: 'dev', type: '3' },
    ];
    const found = await read([...odd, ...DOCKER]);
    expect([packages(found), problems(found)]).toEqual([EXPECTED, ['TAR_PATH_REFUSED', 'TAR_PATH_REFUSED']]);
  });

  it('is not read when it has too many files', async () => {
    const many = Array.from({ length: 100_001 }, (_, i) => ({ name: `${i}` }));
    expect(packages(await read([...many, ...DOCKER], {}, ['plain']))).toBe('ARCHIVE_TOO_MANY_FILES');
  });

  it('is refused when it is a directory, a pipe or absent', () => {
    const choice = { defaultPlatform: { os: 'linux', architecture: 'amd64' }, verify: true };
    for (const path of [tmpdir(), '/dev/null', join(tmpdir(), 'absent', 'file')]) {
      expect(() => openArchive(path, 'docker-archive', choice)).toThrow(
        expect.objectContaining({ code: 'FILE_UNREADABLE', kind: 'usage' }),
      );
    }
    expect(() => openOciLayout('/dev/null', choice)).toThrow(expect.objectContaining({ code: 'FILE_UNREADABLE' }));
  });
});

describe('layers of an OCI layout that are not read', () => {
  const { files, descriptor } = ociImageBlobs(IMAGE);
  const manifest = JSON.parse(String(files.at(-1)?.body));
  /** The same image with its second layer's descriptor changed, and perhaps without its blob. */
  const changed = (change: object, held = true) => {
    const layers = manifest.layers.map((one: object, index: number) => (index === 1 ? { ...one, ...change } : one));
    const blob = ociBlob(Buffer.from(JSON.stringify({ ...manifest, layers })), descriptor.mediaType);
    const kept = files.slice(0, -1).filter((_, index) => held || index !== 1);
    return [...kept, blob.file, ...ociFrame([blob.descriptor])];
  };
  const FOREIGN = { mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip' };

  it.each([
    ['encrypted', changed({ mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip+encrypted' }), ['LAYER_ENCRYPTED']],
    ['of an unknown type', changed({ mediaType: 'application/vnd.example' }), ['LAYER_UNKNOWN']],
    ['foreign and not there', changed(FOREIGN, false), ['LAYER_FOREIGN']],
    ['said to lie elsewhere and not there', changed({ urls: ['https://example.org/x'] }, false), ['LAYER_FOREIGN']],
    ['foreign and there', changed(FOREIGN), []],
    ['of no type', changed({ mediaType: undefined }), []],
  ])('because they are %s: said, and the others are read', async (_, layout, codes) => {
    const found = await read(layout, OCI, LAYOUT_FORMS);
    expect([packages(found), problems(found)]).toEqual([EXPECTED, codes]);
    if (!('code' in found)) expect(found.layers[1]).toMatchObject({ digest: digestOf(LAYERS[1] ?? Buffer.alloc(0)) });
  });

  it('because they are missing, or have another size or digest than they should: the image fails', async () => {
    expect(packages(await read(changed({}, false), OCI, LAYOUT_FORMS))).toBe('IMAGE_LAYER_MISSING');
    expect(packages(await read(changed({ size: 1 }), OCI, LAYOUT_FORMS))).toBe('BLOB_SIZE_MISMATCH');
    const wrong = layer('evil 1');
    const evil = changed({}).map((file, index) => (index === 1 ? { ...file, body: wrong } : file));
    expect(packages(await read(evil, OCI, LAYOUT_FORMS))).toBe('BLOB_SIZE_MISMATCH');
    const same = Buffer.from(LAYERS[1] ?? Buffer.alloc(0));
    same.writeUInt8(0x79, 600);
    const flipped = changed({}).map((file, index) => (index === 1 ? { ...file, body: same } : file));
    expect(packages(await read(flipped, OCI, LAYOUT_FORMS))).toBe('IMAGE_DIGEST_MISMATCH');
  });
});
