import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type PortableZstd, portableZstd } from '#base/compress/zstd-portable.ts';
import { type FakeRepository, fakeRepository, sha256 } from '../../../../../../test/fakes/restic-repository.ts';
import { wholePack } from './whole-pack.ts';

const root = mkdtempSync(join(tmpdir(), 'holdfast-whole-pack-'));
const BLOBS = [Buffer.from('one '), Buffer.from('two '.repeat(500)), Buffer.from('{"nodes":[]}\n')] as const;
let zstd: PortableZstd;
let fake: FakeRepository;
let bytes: Buffer;
let name: string;

beforeAll(async () => {
  zstd = await portableZstd();
  fake = fakeRepository(root, 'secret');
  const [a, b, c] = BLOBS;
  name = fake.pack([
    { type: 'data', bytes: a },
    { type: 'data', bytes: b, compressed: true },
    { type: 'tree', bytes: c },
  ]);
  bytes = readFileSync(join(root, 'data', name.slice(0, 2), name));
});
afterAll(() => {
  zstd.close();
  rmSync(root, { recursive: true });
});

const look = (pack: Buffer, called = name) => wholePack(fake.key, zstd, { name: called, sizeBytes: pack.length }, pack);

it('gives the blobs of a pack that is as it was written', async () => {
  const blobs = await look(bytes);
  expect(blobs?.map(({ id }) => id.toString('hex'))).toEqual(BLOBS.map(sha256));
});

it('gives none where any byte is another, under whatever name, or something is missing', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ flip;
      expect(await look(changed)).toBeUndefined();
      expect(await look(changed, sha256(changed))).toBeUndefined();
      const cut = bytes.subarray(0, at);
      expect(await look(cut, sha256(cut))).toBeUndefined();
    }),
  );
});
