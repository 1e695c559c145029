import { describe, expect, it } from 'vitest';
import { HoldfastError } from '#core/errors.ts';
import {
  configOf,
  digestOf,
  dockerFiles,
  dockerOciFiles,
  hexOf,
  type LayoutImage,
  type OciDescriptor,
  ociBlob,
  ociFiles,
  ociFrame,
  ociImageBlobs,
  ociIndexBlob,
} from '../../../test/fakes/layouts.ts';
import { type TarFile, tarOf } from '../../../test/fakes/tar.ts';
import { selectImage } from './select-image.ts';
import type { ImageChoice, SelectedImage } from './selected-image.ts';

const image = (name: string, more: Partial<LayoutImage> = {}): LayoutImage => ({
  layers: [tarOf([{ name }])],
  ...more,
});
const platform = (architecture: string, variant?: string) => ({
  os: 'linux',
  architecture,
  ...(variant === undefined ? {} : { variant }),
});
const idOf = (made: LayoutImage) => digestOf(configOf(made));

function select(
  files: readonly TarFile[],
  choice: Partial<ImageChoice> = {},
  prefer: 'docker' | 'oci' = 'docker',
): SelectedImage {
  const found = new Map(files.map(({ name, body = '' }) => [name, Buffer.from(body)]));
  const whole = { defaultPlatform: platform('amd64'), verify: true, ...choice };
  return selectImage((path) => found.get(path), whole, prefer);
}
/** The image's id, or the code of the error. */
function chosen(...args: Parameters<typeof select>): string {
  try {
    return select(...args).imageId;
  } catch (error) {
    if (error instanceof HoldfastError) return error.code;
    throw error;
  }
}
const hintOf = (...args: Parameters<typeof select>): string | undefined => {
  try {
    select(...args);
    return undefined;
  } catch (error) {
    return error instanceof HoldfastError ? error.hint : String(error);
  }
};

describe.each([
  ['docker save', dockerFiles, 'docker'],
  ['docker save with an OCI layout', dockerOciFiles, 'docker'],
  ['an OCI layout', ociFiles, 'oci'],
] as const)('in an archive of %s with several images', (_, filesOf, prefer) => {
  const one = image('one', { names: ['docker.io/library/app:1', 'app:latest'] });
  const two = image('two', { names: ['registry.example.org:5000/team/app:2'] });
  const three = image('three');
  const files = filesOf(one, two, three);

  it.each([
    ['app:1', one],
    ['docker.io/library/app:1', one],
    ['app:latest', one],
    ['app', one],
    ['latest', one],
    ['1', one],
    ['registry.example.org:5000/team/app:2', two],
    ['2', two],
  ])('%s is found', (name, expected) => {
    expect(chosen(files, { name }, prefer)).toBe(idOf(expected));
  });

  it('one is found by its digest', () => {
    const digest = prefer === 'oci' ? ociImageBlobs(three).descriptor.digest : idOf(three);
    expect(chosen(files, { name: digest }, prefer)).toBe(idOf(three));
    if (prefer === 'docker') expect(chosen(files, { name: hexOf(configOf(three)) }, prefer)).toBe(idOf(three));
  });

  it('one must be named, and what is not there is not found; the error lists what is', () => {
    expect(chosen(files, {}, prefer)).toBe('ARCHIVE_SEVERAL_IMAGES');
    for (const name of ['pp:1', 'app:3', '', ':', 'x', 'library/app', '__proto__']) {
      expect(chosen(files, { name }, prefer)).toBe('ARCHIVE_NO_IMAGE');
    }
    expect(hintOf(files, { name: 'x' }, prefer)).toContain('docker.io/library/app:1');
    expect(hintOf(files, {}, prefer)).toContain('registry.example.org:5000/team/app:2');
  });

  it('an exact name goes before a longer one, and one image under two names is one', () => {
    const other = image('other', { names: ['example.org/1'] });
    const exact = filesOf(image('x', { names: ['app:1'] }), image('y', { names: ['docker.io/library/app:1'] }), other);
    expect(chosen(exact, { name: 'app:1' }, prefer)).toBe(idOf(image('x', { names: ['app:1'] })));
    expect(chosen(exact, { name: '1' }, prefer)).toBe('ARCHIVE_SEVERAL_IMAGES');
    expect(chosen(filesOf(one), {}, prefer)).toBe(idOf(one));
  });
});

describe('an OCI layout', () => {
  const amd = image('amd', { platform: platform('amd64') });
  const arm = image('arm', { platform: platform('arm64', 'v8') });
  const windows = image('win', { platform: { os: 'windows', architecture: 'amd64' } });
  const blobs = [amd, arm, windows].map(ociImageBlobs);
  const files = blobs.flatMap((made) => made.files);
  const descriptors = blobs.map(({ descriptor }) => descriptor);
  const attestation = ociBlob(Buffer.from('{}'), 'application/vnd.oci.image.manifest.v1+json', {
    platform: { os: 'unknown', architecture: 'unknown' },
    annotations: { 'vnd.docker.reference.type': 'attestation-manifest' },
  });

  const indexed = ociIndexBlob([...descriptors, attestation.descriptor]);
  const nested = ociIndexBlob([indexed.descriptor]);
  const layouts: readonly [string, readonly TarFile[]][] = [
    ['an index', [...files, indexed.file, ...ociFrame([indexed.descriptor])]],
    ['an index in an index', [...files, indexed.file, nested.file, ...ociFrame([nested.descriptor])]],
    ['entries of its own', [...files, ...ociFrame([...descriptors, attestation.descriptor])]],
    [
      'entries of its own that share a name',
      [
        ...files,
        ...ociFrame(descriptors.map((one) => ({ ...one, annotations: { 'org.opencontainers.image.ref.name': 'v1' } }))),
      ],
    ],
  ];

  it.each(layouts)('with %s has an image for each platform, and no substitute for others', (_, layout) => {
    const name = layout === layouts[3]?.[1] ? { name: 'v1' } : {};
    expect(chosen(layout, name, 'oci')).toBe(idOf(amd));
    expect(chosen(layout, { ...name, platform: platform('arm64') }, 'oci')).toBe(idOf(arm));
    expect(chosen(layout, { ...name, platform: platform('arm64', 'v8') }, 'oci')).toBe(idOf(arm));
    expect(chosen(layout, { ...name, platform: platform('s390x') }, 'oci')).toBe('PLATFORM_NOT_FOUND');
    expect(chosen(layout, { ...name, defaultPlatform: platform('riscv64') }, 'oci')).toBe('PLATFORM_NOT_FOUND');
    expect(chosen(layout, { ...name, platform: { os: 'windows', architecture: 'amd64' } }, 'oci')).toBe(
      'PLATFORM_WINDOWS',
    );
  });

  it('of one image is read whatever its platform is, unless another is asked for', () => {
    const layout = ociFiles(arm);
    expect(chosen(layout, {}, 'oci')).toBe(idOf(arm));
    expect(chosen(layout, { platform: platform('amd64') }, 'oci')).toBe('PLATFORM_NOT_FOUND');
    expect(chosen(dockerFiles(arm), { platform: platform('amd64') })).toBe('PLATFORM_NOT_FOUND');
  });

  it('is verified from the top to the config', () => {
    const whole = [...files, indexed.file, ...ociFrame([indexed.descriptor])];
    const described = [indexed.file, blobs[0]?.files.at(-1), blobs[0]?.files.at(-2)];
    for (const target of described) {
      const forged = whole.map((file) => (file === target ? { ...file, body: `${file.body} ` } : file));
      expect(chosen(forged, {}, 'oci')).toBe('IMAGE_DIGEST_MISMATCH');
      expect(chosen(forged, { verify: false }, 'oci')).toBe(idOf(amd));
      expect(
        chosen(
          whole.filter((file) => file !== target),
          {},
          'oci',
        ),
      ).toBe('ARCHIVE_INVALID');
    }
  });

  it('carries the annotations of the descriptor and the manifest', () => {
    const noted = image('noted', { annotations: { a: 'manifest', b: 'manifest' } });
    const made = ociImageBlobs(noted);
    const descriptor = { ...made.descriptor, annotations: { b: 'descriptor', c: 'descriptor' } };
    expect(select([...made.files, ...ociFrame([descriptor])], {}, 'oci').annotations).toEqual({
      a: 'manifest',
      b: 'manifest',
      c: 'descriptor',
    });
  });

  it('that leads nowhere is refused', () => {
    let deep = ociIndexBlob(descriptors);
    const indexes = [deep.file];
    for (let depth = 0; depth < 6; depth += 1) {
      deep = ociIndexBlob([deep.descriptor]);
      indexes.push(deep.file);
    }
    expect(chosen([...files, ...indexes, ...ociFrame([deep.descriptor])], {}, 'oci')).toBe('ARCHIVE_INVALID');
    const helm = ociBlob(
      Buffer.from('{"schemaVersion":2,"mediaType":"application/vnd.example"}'),
      'application/vnd.example',
    );
    const wrong: [readonly OciDescriptor[], string][] = [
      [[], 'ARCHIVE_NO_IMAGE'],
      [[helm.descriptor], 'NOT_AN_IMAGE'],
      [[attestation.descriptor], 'MANIFEST_INVALID'],
      [[{ ...(descriptors[0] ?? helm.descriptor), digest: 'sha256:../../etc/passwd' }], 'MANIFEST_INVALID'],
    ];
    for (const [top, code] of wrong) {
      expect(chosen([...files, helm.file, attestation.file, ...ociFrame(top)], {}, 'oci')).toBe(code);
    }
    const manifest = blobs[0]?.files.at(-1)?.body ?? '';
    expect(chosen([{ name: 'index.json', body: manifest }], {}, 'oci')).toBe('ARCHIVE_INVALID');
    expect(chosen([{ name: 'index.json', body: '{' }], {}, 'oci')).toBe('MANIFEST_INVALID');
  });
});

it('of two descriptions the preferred one counts, and the other where it is missing', () => {
  const docker = image('docker');
  const oci = image('oci');
  const files = [...ociFiles(oci), ...dockerFiles(docker)];
  expect(chosen(files, {}, 'docker')).toBe(idOf(docker));
  expect(chosen(files, {}, 'oci')).toBe(idOf(oci));
  expect(chosen(dockerFiles(docker), {}, 'oci')).toBe(idOf(docker));
  expect(chosen(ociFiles(oci), {}, 'docker')).toBe(idOf(oci));
  expect(chosen([], {})).toBe('ARCHIVE_NO_IMAGE');
});

it('a config need not be named after its digest', () => {
  const made = image('plain');
  const files = dockerFiles(made).map((file) => {
    if (file.name === 'manifest.json') {
      return { ...file, body: String(file.body).replace(`${hexOf(configOf(made))}.json`, 'config.json') };
    }
    return file.name.endsWith('.json') ? { ...file, name: 'config.json' } : file;
  });
  expect(chosen(files)).toBe(idOf(made));
});
