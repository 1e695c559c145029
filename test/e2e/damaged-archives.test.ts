import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { dpkgStatus } from '../fakes/layers.ts';
import { digestOf, dockerFiles, dockerOciFiles, type LayoutImage, ociFiles } from '../fakes/layouts.ts';
import { outcome, readBytes } from '../fakes/read-archive.ts';
import { sealHeader, type TarFile, tarOf } from '../fakes/tar.ts';

const status = (...names: readonly string[]): TarFile => ({ name: 'var/lib/dpkg/status', body: dpkgStatus(...names) });
const LAYERS = [
  tarOf([status('a 1'), { name: 'app/node_modules/x/package.json', body: '{"name":"x","version":"1.0.0"}' }]),
  tarOf([status('a 1', 'b 2'), { name: 'app/.wh.node_modules' }, { name: 'bin/x', type: '1', link: 'bin/y' }]),
  tarOf([{ name: 'usr/share/doc/a/copyright', body: 'Format: copyright-format\nLicense: MIT\n' }]),
];
const IMAGE: LayoutImage = { layers: LAYERS, packing: ['plain', 'gzip', 'zstd'], names: ['app:1'] };
const ARCHIVES = {
  'docker save': tarOf(dockerFiles(IMAGE)),
  'docker save with an OCI layout': tarOf(dockerOciFiles(IMAGE)),
  'an OCI layout': tarOf(ociFiles(IMAGE)),
};

type Outcome = Awaited<ReturnType<typeof outcome>>;

/** What each layer holds, by its diffID: nothing else may ever be said of it. */
const truth = new Map<string, unknown>();
const evidenceOf = (result: { files: unknown; whiteouts: unknown; opaques: unknown; table: Buffer }) => ({
  files: result.files,
  whiteouts: result.whiteouts,
  opaques: result.opaques,
  table: result.table.toString('hex'),
});

beforeAll(async () => {
  const good = await outcome(readBytes(ARCHIVES['docker save'], 'plain'));
  if ('code' in good) throw new Error(good.message);
  for (const { diffId, result } of good.layers) truth.set(String(diffId), evidenceOf(result));
  expect([...truth.keys()]).toEqual(LAYERS.map((layer) => digestOf(layer)));
});

function believed(found: Outcome): void {
  if ('code' in found) {
    expect(found.code).toMatch(/^[A-Z]+(?:_[A-Z0-9]+)+$/);
    expect(found.code).not.toBe('INTERNAL');
    return;
  }
  expect(found.description.verified).toBe('digests');
  for (const { diffId, result } of found.layers) expect(evidenceOf(result)).toEqual(truth.get(String(diffId)));
}

describe.each(Object.entries(ARCHIVES))('%s that was damaged', (_, good) => {
  it('by flipped bits is refused, or what is said of each layer is true; the same by seeking and as it passes by', async () => {
    const flips = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(7)), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(flips, fc.boolean(), async (edits, seal) => {
        const bytes = Buffer.from(good);
        for (const [at, bit] of edits) {
          bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << bit), at);
          const block = at - (at % 512);
          if (seal && bytes.toString('latin1', block + 257, block + 262) === 'ustar') {
            sealHeader(bytes.subarray(block, block + 512));
          }
        }
        const found = await outcome(readBytes(bytes, 'plain'));
        believed(found);
        expect(await outcome(readBytes(bytes, 'gzip'))).toEqual(found);
      }),
      { numRuns: 120 },
    );
  });

  it('by bytes in its descriptions is refused, or what is said of each layer is true', async () => {
    const text = good.toString('latin1');
    const places = [...text.matchAll(/[{}[\]":,0-9a-f]{2,}/g)].map(({ index }) => index);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...places), fc.string({ minLength: 1, maxLength: 4 }), async (at, word) => {
        const bytes = Buffer.from(good);
        bytes.write(word, at, 'utf8');
        believed(await outcome(readBytes(bytes, 'plain')));
      }),
      { numRuns: 120 },
    );
  });

  it('by being cut off is refused at every length, by seeking and as it passes by', async () => {
    for (let length = 0; length < good.length - 1024; length += 512) {
      for (const cut of [good.subarray(0, length), good.subarray(0, length + 77)]) {
        const found = await outcome(readBytes(cut, 'plain'));
        believed(found);
        // Behind the last description only blocks of zeros are missing.
        if (!('code' in found)) expect(length).toBeGreaterThanOrEqual(good.length - 2048);
        expect(await outcome(readBytes(cut, 'gzip'))).toEqual(found);
      }
    }
  });
});

describe('a compressed archive that was damaged', () => {
  it.each(['gzip', 'zstd'] as const)('in its %s is refused, or what is said of each layer is true', async (form) => {
    const good = ARCHIVES['docker save'];
    const { gzipSync } = await import('node:zlib');
    const { zstdFrame } = await import('../fakes/zstd.ts');
    const packed = form === 'gzip' ? gzipSync(good) : zstdFrame(good);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 6, max: packed.length - 1 }),
        fc.nat(7),
        fc.boolean(),
        async (at, bit, cut) => {
          const bytes = Buffer.from(packed);
          bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << bit), at);
          const found = await outcome(readBytes(cut ? packed.subarray(0, at) : bytes, 'plain'));
          believed(found);
          if (cut) expect(found).toMatchObject({ code: form === 'gzip' ? 'GZIP_CORRUPT' : 'ZSTD_CORRUPT' });
        },
      ),
      { numRuns: 120 },
    );
  });
});
