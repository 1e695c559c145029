import { createHash } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import { HoldfastError } from '#core/errors.ts';
import { parsePlatform } from '#core/platform.ts';
import { parseReference } from '#core/reference.ts';
import type { LayerRead, ReadImage, ReadLayer } from '#image/image.ts';
import { openRegistry, type RegistryImageOptions } from '#source/kinds/registry/index.ts';
import {
  digestOf,
  type FakeRegistry,
  OCI,
  type RegistryOptions,
  startRegistry,
} from '../../../../test/fakes/registry.ts';

const open: FakeRegistry[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

async function registry(options: RegistryOptions = {}): Promise<FakeRegistry> {
  const started = await startRegistry(options);
  open.push(started);
  return started;
}

/** Reads a layer to its length, and computes its digest as the real reader does. */
const lengthOf: ReadLayer<number> = async (content): Promise<LayerRead<number>> => {
  if (content.kind !== 'stream') throw new Error('a registry gives streams');
  const hash = createHash('sha256');
  let result = 0;
  for await (const chunk of content.chunks) {
    hash.update(chunk);
    result += chunk.length;
  }
  return { result };
};

async function pull(
  fake: FakeRegistry,
  name: string,
  options: Partial<RegistryImageOptions> = {},
  readLayer = lengthOf,
): Promise<ReadImage<number>> {
  const image = await openRegistry(parseReference(`${fake.host}/team/app${name}`), {
    insecure: false,
    verify: true,
    environment: { HOME: '/nowhere', XDG_RUNTIME_DIR: '/nowhere' },
    sleep: async () => undefined,
    ...options,
  });
  try {
    return await image.read(readLayer);
  } finally {
    await image.close();
  }
}
const codeOf = (pulled: Promise<unknown>) =>
  pulled.then(
    () => 'none',
    (error: unknown) => (error instanceof HoldfastError ? error.code : error),
  );

const LOW = Buffer.alloc(1000, 'low');
const HIGH = Buffer.alloc(2000, 'high');
const HISTORY = [
  { created_by: '/bin/sh -c #(nop) ADD file:1 in / ' },
  { created_by: 'ENV A=1', empty_layer: true },
  { created_by: 'RUN /bin/sh -c make # buildkit' },
];

describe('an image', () => {
  test('is described, and its layers come bottom first with what made them', async () => {
    const fake = await registry({ auth: 'bearer', anonymous: true });
    const { digest } = fake.image('1', [LOW, HIGH], { history: HISTORY, variant: 'v2' });
    const { description, layers } = await pull(fake, ':1');
    expect(description).toMatchObject({
      kind: 'registry',
      reference: `${fake.host}/team/app:1`,
      digest,
      imageId: expect.stringMatching(/^sha256:/),
      platform: { os: 'linux', architecture: 'amd64', variant: 'v2' },
      verified: 'digests',
      tags: [`${fake.host}/team/app:1`],
      problems: [],
    });
    expect(layers).toEqual([
      { digest: digestOf(LOW), diffId: digestOf(LOW), instruction: 'ADD file:1 in /', result: 1000 },
      { digest: digestOf(HIGH), diffId: digestOf(HIGH), instruction: 'RUN make', result: 2000 },
    ]);
  });

  test('is found by digest, whatever the tag, and says when nothing was verified', async () => {
    const fake = await registry();
    const { digest } = fake.image('1', [LOW]);
    const { description } = await pull(fake, `:other@${digest}`, { verify: false });
    expect(description).toMatchObject({ digest, verified: 'none', tags: [`${fake.host}/team/app:other`] });
  });

  test('whose layers are known already is not fetched', async () => {
    const fake = await registry();
    fake.image('1', [LOW, HIGH]);
    await pull(fake, ':1', {}, async () => ({ result: 0 }));
    // The configuration only.
    expect(fake.seen.filter(({ path }) => path.includes('/blobs/'))).toHaveLength(1);
  });

  test('that nobody has is said', async () => {
    const fake = await registry();
    expect(await codeOf(pull(fake, ':1'))).toBe('REGISTRY_NOT_FOUND');
  });

  test.each([
    ['a chart', { config: { mediaType: 'application/vnd.cncf.helm.config.v1+json' } }, 'NOT_AN_IMAGE'],
    ['of schema 1', { schemaVersion: 1 }, 'MANIFEST_SCHEMA1'],
    ['with a huge configuration', { config: { mediaType: `${OCI}.config.v1+json`, size: 1e9 } }, 'CONFIG_INVALID'],
    ['with more layers than its configuration knows', { layers: 'twice' }, 'CONFIG_INVALID'],
  ])('that is %s is refused', async (_name, change, code) => {
    const fake = await registry();
    const config = fake.blob(
      Buffer.from(JSON.stringify({ os: 'linux', architecture: 'amd64', rootfs: { diff_ids: [digestOf(LOW)] } })),
      `${OCI}.config.v1+json`,
    );
    const layer = fake.blob(LOW, `${OCI}.layer.v1.tar`);
    const changed = change as { config?: object; layers?: string; schemaVersion?: number };
    fake.manifest('1', {
      schemaVersion: changed.schemaVersion ?? 2,
      config: { ...config, ...changed.config },
      layers: changed.layers === undefined ? [layer] : [layer, layer],
    });
    expect(await codeOf(pull(fake, ':1'))).toBe(code);
  });

  test('of another platform is read as what it is, but not in place of one that was asked for', async () => {
    const fake = await registry();
    fake.image('1', [LOW], { architecture: 's390x' });
    expect((await pull(fake, ':1')).description.platform).toEqual({ os: 'linux', architecture: 's390x' });
    expect(await codeOf(pull(fake, ':1', { platform: parsePlatform('linux/amd64') }))).toBe('PLATFORM_NOT_FOUND');
    fake.image('2', [LOW], { os: 'windows' });
    expect(await codeOf(pull(fake, ':2'))).toBe('PLATFORM_WINDOWS');
  });
});

describe('an index', () => {
  const INDEX = `${OCI}.index.v1+json`;
  const platform = (architecture: string) => ({ platform: { os: 'linux', architecture } });

  test('gives the image of the platform, with what the index says of it, however deep', async () => {
    const fake = await registry();
    const arm = fake.image('arm', [LOW], { architecture: 'arm64' });
    const annotations = { 'org.opencontainers.image.base.name': 'docker.io/library/debian:12' };
    const inner = fake.manifest(undefined, { manifests: [{ ...arm, ...platform('arm64'), annotations }] }, INDEX);
    fake.manifest('1', { manifests: [inner] }, INDEX);
    const { description } = await pull(fake, ':1', { platform: parsePlatform('linux/arm64/v8') });
    expect(description).toMatchObject({ digest: arm.digest, annotations });
    expect(await codeOf(pull(fake, ':1', { platform: parsePlatform('linux/s390x') }))).toBe('PLATFORM_NOT_FOUND');
  });

  test('that names indexes without end is refused', async () => {
    const fake = await registry();
    let inner = fake.image('x', [LOW]);
    for (let depth = 0; depth < 5; depth += 1) inner = fake.manifest('deep', { manifests: [inner] }, INDEX);
    expect(await codeOf(pull(fake, ':deep'))).toBe('MANIFEST_INVALID');
  });

  test('that lies about the size of a manifest is refused', async () => {
    const fake = await registry();
    const image = fake.image('x', [LOW]);
    fake.manifest('1', { manifests: [{ ...image, size: 1 }] }, INDEX);
    expect(await codeOf(pull(fake, ':1'))).toBe('BLOB_SIZE_MISMATCH');
  });
});

describe('a layer', () => {
  async function withLayer(fake: FakeRegistry, change: object): Promise<void> {
    const layers = [fake.blob(LOW, `${OCI}.layer.v1.tar`), { ...fake.blob(HIGH, `${OCI}.layer.v1.tar`), ...change }];
    const document = {
      os: 'linux',
      architecture: 'amd64',
      rootfs: { diff_ids: [LOW, HIGH].map((layer) => digestOf(layer)) },
      history: [{ created_by: 'A' }, { created_by: 'B' }],
    };
    fake.manifest('1', { config: fake.blob(Buffer.from(JSON.stringify(document)), `${OCI}.config.v1+json`), layers });
  }
  const absent = `sha256:${'0'.repeat(64)}`;

  test.each([
    ['encrypted', { mediaType: `${OCI}.layer.v1.tar+gzip+encrypted` }, 'LAYER_ENCRYPTED'],
    ['of an unknown type', { mediaType: 'application/vnd.in-toto+json' }, 'LAYER_UNKNOWN'],
    [
      'foreign and not in the registry',
      { mediaType: `${OCI}.layer.nondistributable.v1.tar+gzip`, digest: absent, urls: ['http://127.0.0.1:1/x'] },
      'LAYER_FOREIGN',
    ],
    ['said to lie elsewhere', { digest: absent, urls: ['http://127.0.0.1:1/x'] }, 'LAYER_FOREIGN'],
  ])('that is %s is a problem, and leaves an empty layer in its place', async (_name, change, code) => {
    const fake = await registry();
    await withLayer(fake, change);
    const expected: unknown[] = [];
    const { description, layers } = await pull(fake, ':1', {}, (content, identity) => {
      expected.push(identity);
      return lengthOf(content, identity);
    });
    expect(description.problems).toEqual([expect.objectContaining({ code, hint: expect.stringMatching(/./) })]);
    expect(layers.map(({ result, instruction }) => [result, instruction])).toEqual([
      [1000, 'A'],
      [1024, 'B'],
    ]);
    // What stands in its place must not be taken for it.
    expect(expected).toContainEqual({});
  });

  test('that is foreign but in the registry is read from there', async () => {
    const fake = await registry();
    await withLayer(fake, { mediaType: `${OCI}.layer.nondistributable.v1.tar`, urls: ['http://127.0.0.1:1/x'] });
    expect((await pull(fake, ':1')).layers[1]?.result).toBe(2000);
  });

  test('that is missing, wrong or of another size ends the reading', async () => {
    const fake = await registry();
    await withLayer(fake, { digest: absent });
    expect(await codeOf(pull(fake, ':1'))).toBe('REGISTRY_NOT_FOUND');
    await withLayer(fake, { size: 1 });
    expect(await codeOf(pull(fake, ':1'))).toBe('BLOB_SIZE_MISMATCH');
    const rule = { on: new RegExp(digestOf(HIGH)), fault: { kind: 'replace', body: Buffer.alloc(2000) } } as const;
    const wrong = await registry({ rules: [rule] });
    await withLayer(wrong, {});
    expect(await codeOf(pull(wrong, ':1'))).toBe('IMAGE_DIGEST_MISMATCH');
  });
});
