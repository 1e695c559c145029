import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findNode } from '#volume/engines/restic/reader/browse.ts';
import { summariseChanges } from '#volume/engines/restic/reader/compare/summarise-changes.ts';
import { directoryFiles } from '#volume/engines/restic/reader/directory-files.ts';
import { openRepository, type ResticRepository } from '#volume/engines/restic/reader/repository.ts';
import { readSnapshot } from '#volume/engines/restic/reader/snapshots.ts';
import type { ChangeSummary } from '#volume/signs/change-summary.ts';
import { judgeChanges, type SignKind } from '#volume/signs/judge.ts';
import { fakeRepository } from '../fakes/restic-repository.ts';
import { restic } from '../harness/restic.ts';
import { needs } from '../harness/skip.ts';

type Files = ReadonlyMap<string, Buffer>;

/** A volume's files at each snapshot; the last one is the one in question. */
interface Story {
  readonly title: string;
  readonly at: (step: number) => Files;
  readonly expected: readonly SignKind[];
}

/** Snapshots; there are seven changes before the last one. */
const STEPS = 9;
const LAST = STEPS - 1;

/** Bytes that look random, always the same ones. */
function noise(seed: string, bytes: number): Buffer {
  const parts: Buffer[] = [];
  for (let part = 0; part * 32 < bytes; part += 1) parts.push(createHash('sha256').update(`${seed} ${part}`).digest());
  return Buffer.concat(parts).subarray(0, bytes);
}

/** Text that nobody would read, and that can be compressed. */
function text(seed: string, bytes = 4000): Buffer {
  const words = noise(seed, 400).toString('hex').match(/.{5}/g) ?? [];
  return Buffer.from(Array.from({ length: bytes / 6 }, (_, n) => words[(n * n + n) % words.length]).join(' '));
}

const jpeg = (seed: string) => Buffer.concat([Buffer.from('ffd8ffe000104a464946', 'hex'), noise(seed, 6000)]);
const files = (count: number, make: (n: number) => readonly [string, Buffer]): Files =>
  new Map(Array.from({ length: count }, (_, n) => make(n)));
const but = (all: Files, change: (path: string, bytes: Buffer) => readonly [string, Buffer] | undefined): Files =>
  new Map([...all].flatMap(([path, bytes]) => [change(path, bytes) ?? [path, bytes]]));
const encrypted = (path: string) => noise(`key ${path}`, 4100);

/** Documents, of which two change every day. */
const documents = (step: number): Files =>
  files(40, (n) => [`dir${n % 4}/report-${n}.txt`, text(`report ${n} ${n % 20 === step ? 'edited' : ''}`)]);
/** Pictures, of which a few are new every day. */
const pictures = (step: number, daily = 2): Files =>
  files(30 + step * daily, (n) => [`${2020 + (n % 3)}/img_${n}.jpg`, jpeg(`picture ${n}`)]);
const lastly = (usual: (step: number) => Files, last: (all: Files) => Files) => (step: number) =>
  step === LAST ? last(usual(LAST)) : usual(step);

const STORIES: readonly Story[] = [
  {
    title: 'a tree that is encrypted in place',
    at: lastly(documents, (all) => but(all, (path) => [path, encrypted(path)])),
    expected: ['scrambled'],
  },
  {
    title: 'a tree that is encrypted and renamed to .locked',
    at: lastly(documents, (all) => but(all, (path) => [`${path}.locked`, encrypted(path)])),
    expected: ['scrambled', 'renamed'],
  },
  {
    title: 'files that are renamed to .locked only',
    at: lastly(documents, (all) => but(all, (path, bytes) => [path.replace('.txt', '.locked'), bytes])),
    expected: ['renamed'],
  },
  {
    title: 'pictures that are encrypted in place',
    at: lastly(pictures, (all) => but(all, (path) => [path, encrypted(path)])),
    expected: ['formats-lost'],
  },
  {
    title: 'pictures that are gone, with as many files of noise under other names',
    at: lastly(pictures, (all) => but(all, (path) => [`x/${noise(path, 8).toString('hex')}`, encrypted(path)])),
    expected: ['replaced'],
  },
  {
    title: 'a tree of which a note is left',
    at: lastly(documents, () => new Map([['README-TO-RESTORE.txt', text('pay')]])),
    expected: ['emptied'],
  },
  {
    title: 'the daily churn of a database',
    at: (step) =>
      files(30, (n) => [
        `base/16384/${1000 + n}`,
        Buffer.concat([text(`table ${n}`, 8000), text(`rows ${n} ${n % 3 === 0 ? step : 0}`, 8000)]),
      ]),
    expected: [],
  },
  {
    title: 'a database that is rewritten as a whole',
    at: (step) =>
      files(30, (n) => [`base/16384/${1000 + n}`, text(`table ${n} ${step === LAST ? 'vacuumed' : ''}`, 9000)]),
    expected: [],
  },
  {
    title: 'logs that rotate, and once are compressed all together',
    at: (step) =>
      new Map([
        ...files(25, (n) => {
          const [name, lines] = [`old/app-${n}.log`, text(`old ${n}`)];
          return step === LAST ? [`${name}.gz`, gzipSync(lines)] : [name, lines];
        }),
        ['app.log', text(`log ${step}`)] as const,
        ['app.log.1', text(`log ${step - 1}`)] as const,
        ...[2, 3, 4, 5].map((n) => [`app.log.${n}.gz`, gzipSync(text(`log ${step - n}`))] as const),
      ]),
    expected: [],
  },
  {
    title: 'an upgrade of an application: nearly all files change, some come and some go',
    at: (step) => {
      const version = step === LAST ? 2 : 1;
      return new Map([
        ...files(60, (n) => [`lib/module-${n}-${n < 20 ? version : 0}.js`, text(`module ${n} ${version}`)]),
        ...files(10, (n) => [
          `assets/icon-${n}.png`,
          Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), noise(`icon ${n} ${version}`, 3000)]),
        ]),
        ['data/state.json', text(`state ${step}`)] as const,
      ]);
    },
    expected: [],
  },
  {
    title: 'pictures, which never can be compressed, with a whole holiday at once',
    at: (step) => pictures(step === LAST ? LAST + 20 : step),
    expected: [],
  },
  {
    title: 'pictures that are sorted into other directories',
    at: lastly(pictures, (all) =>
      but(all, (path, bytes) => [`sorted/${path.length}/${path.replace('/', '-')}`, bytes]),
    ),
    expected: [],
  },
  {
    title: 'dumps of which the oldest goes every day',
    at: (step) => files(7, (n) => [`dump-${step + n}.sql.gz`, gzipSync(text(`dump ${step + n}`, 20_000))]),
    expected: [],
  },
];

needs('restic')('signs of ransomware', () => {
  let folder: string;
  let repository: ResticRepository;
  const snapshots: string[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-signs-'));
    const root = join(folder, 'repository');
    for (const name of ['locks', 'index', 'snapshots', 'data']) mkdirSync(join(root, name), { recursive: true });
    fakeRepository(root, 'password');
    const { run } = restic(folder, 'repository', 'password');
    for (let step = 0; step < STEPS; step += 1) {
      rmSync(join(folder, 'data'), { recursive: true, force: true });
      for (const [index, { at }] of STORIES.entries()) {
        for (const [path, bytes] of at(step)) {
          const file = join(folder, 'data', String(index), path);
          mkdirSync(dirname(file), { recursive: true });
          writeFileSync(file, bytes);
        }
      }
      const said = run('backup', '--json', '--quiet', '--host=h', 'data');
      const { snapshot_id: id } = JSON.parse(said.trim().split('\n').at(-1) ?? '');
      const found = run('snapshots', '--json', id);
      snapshots.push(JSON.parse(found)[0].id);
    }
    repository = await openRepository(directoryFiles(root), 'password');
  });

  afterAll(() => {
    repository?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const changes = async (index: number): Promise<readonly ChangeSummary[]> => {
    const trees: (string | undefined)[] = [];
    for (const id of snapshots) {
      const { tree } = await readSnapshot(repository, id);
      trees.push((await findNode(repository, tree, `data/${index}`))?.subtree);
      expect(trees.at(-1)).toBeDefined();
    }
    const all: ChangeSummary[] = [];
    for (let step = 1; step < STEPS; step += 1) {
      const before = STORIES[index]?.at(step - 1) ?? new Map();
      const bytesBefore = [...before.values()].reduce((sum, { length }) => sum + length, 0);
      const pair = { before: trees[step - 1], after: trees[step], filesBefore: before.size, bytesBefore };
      all.push(await summariseChanges(repository, pair));
    }
    return all;
  };

  describe.each(STORIES.map((story, index) => ({ ...story, index })))('$title', ({ index, expected }) => {
    test(expected.length === 0 ? 'raises no alarm' : `is seen: ${expected.join(', ')}`, async () => {
      const all = await changes(index);
      // Each change is judged by those before it: days before the last one raise no alarm either.
      for (const [step, summary] of all.entries()) {
        const judged = judgeChanges(summary, all.slice(0, step));
        const about = JSON.stringify({ step, summary, judged });
        if (step < 5) expect(judged.kind, about).toBe('not-judged');
        else if (step < all.length - 1 || expected.length === 0) expect(judged.kind, about).toBe('clear');
        else expect(judged.kind === 'raised' ? judged.signs.map(({ kind }) => kind) : judged, about).toEqual(expected);
      }
    });
  });

  test('what is the same in two snapshots is not read', async () => {
    const { tree } = await readSnapshot(repository, snapshots[0] ?? '');
    const nothing = { ...repository, blobs: { ...repository.blobs, find: () => [] } };
    const same = { before: tree, after: tree, filesBefore: 10, bytesBefore: 10 };
    expect(await summariseChanges(nothing, same)).toMatchObject({ changed: 0, added: 0, removed: 0 });
  });
});
