import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { HoldfastError } from '#core/errors.ts';
import { fakeRepository, fakeTree, sha256 } from '../../../../../../test/fakes/restic-repository.ts';
import { directoryFiles } from '../directory-files.ts';
import type { ResticFiles } from '../files.ts';
import { fetchedPacks } from './fetched-packs.ts';
import { verifyRepository } from './verify-repository.ts';

const PASSWORD = 'secret';
const PIECES = Array.from({ length: 12 }, (_, index) => Buffer.from(`piece ${index} `.repeat(200 + index)));

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'holdfast-fetched-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** A repository with a pack for each piece. */
function make(): readonly string[] {
  const fake = fakeRepository(root, PASSWORD);
  const packs = PIECES.map((bytes) => fake.pack([{ type: 'data', bytes, compressed: true }]));
  const size = PIECES.reduce((sum, one) => sum + one.length, 0);
  const tree = fakeTree([{ ...{ name: 'all', type: 'file', mode: 0o644, size }, content: PIECES.map(sha256) }]);
  fake.pack([{ type: 'tree', bytes: tree }]);
  fake.index();
  fake.snapshot(sha256(tree));
  return packs;
}

/** Files as a server gives them: each read in memory of its own. @param onPack may throw in the server's place */
function served(onPack: (name: string) => void = () => undefined) {
  const files = directoryFiles(root);
  const read: string[] = [];
  const remote: ResticFiles = {
    list: files.list,
    read: async (kind, name, ...range) => {
      if (kind === 'pack') {
        read.push(name);
        onPack(name);
      }
      return files.read(kind, name, ...range);
    },
  };
  const verify = () => verifyRepository(remote, PASSWORD, { threads: (key) => fetchedPacks(remote, key) });
  return { read, verify };
}

it('whole packs are fetched once each', async () => {
  const packs = make();
  const { read, verify } = served();
  expect(await verify()).toMatchObject({ packs: 13, blobs: 13, trees: 1, damage: [] });
  for (const pack of packs) expect(read.filter((name) => name === pack)).toHaveLength(1);
});

it('a flipped byte, a missing pack and a cut one are what they are in a directory', async () => {
  const [first = '', second = '', third = ''] = make();
  const path = (name: string) => join(root, 'data', name.slice(0, 2), name);
  const bytes = readFileSync(path(first));
  bytes[20] = (bytes[20] ?? 0) ^ 1;
  writeFileSync(path(first), bytes);
  rmSync(path(second));
  writeFileSync(path(third), readFileSync(path(third)).subarray(0, -7));
  const found = await served().verify();
  expect(found.damage.map(({ kind, name }) => `${kind} ${name}`).sort()).toEqual(
    [`pack-damaged ${first}`, `pack-damaged ${third}`, `pack-missing ${second}`].sort(),
  );
  const local = await verifyRepository(directoryFiles(root), PASSWORD);
  expect(found.damage).toEqual(local.damage);
});

it('one pack that cannot be read is named; a server that goes away is no damage', async () => {
  const [first = ''] = make();
  const failing = (code: string) => (name: string) => {
    if (name === first) throw new HoldfastError(code, 'as the server says');
  };
  expect((await served(failing('RESTIC_FILE_UNREADABLE')).verify()).damage).toMatchObject([
    { kind: 'pack-unreadable', name: first },
  ]);
  for (const code of ['RESTIC_UNREACHABLE', 'RESTIC_CREDENTIALS_EXPIRED', 'RESTIC_HOST_KEY']) {
    await expect(served(failing(code)).verify()).rejects.toMatchObject({ code });
  }
});

it('a server that is gone before is no damage either: of no key, index or snapshot', async () => {
  make();
  for (const lost of ['key', 'index', 'snapshot', 'config'] as const) {
    const files = directoryFiles(root);
    const remote: ResticFiles = {
      list: files.list,
      read: async (kind, ...rest) => {
        if (kind === lost) throw new HoldfastError('RESTIC_UNREACHABLE', 'gone');
        return files.read(kind, ...rest);
      },
    };
    await expect(verifyRepository(remote, PASSWORD)).rejects.toMatchObject({ code: 'RESTIC_UNREACHABLE' });
  }
  expect(readdirSync(join(root, 'snapshots'))).toHaveLength(1);
});
