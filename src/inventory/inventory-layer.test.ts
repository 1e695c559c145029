import { describe, expect, it } from 'vitest';
import { readFileTable } from '#image/file-table.ts';
import { ampleMemory, dpkgStatus, layerOf } from '../../test/fakes/layers.ts';
import type { TarFile } from '../../test/fakes/tar.ts';
import type { Cataloger, ExecutableCataloger } from './cataloger.ts';
import type { LayerInventory } from './layer-inventory.ts';
import { memoryBudget } from './memory-budget.ts';

const STATUS = 'var/lib/dpkg/status';

/** Notes what it is given: one package, named after the file's text. */
const noting = (more: Partial<Cataloger> = {}): Cataloger => ({
  id: 'noting',
  version: 1,
  title: 'Notes what it is given',
  match: { names: ['note'] },
  limitBytes: 1000,
  *catalog(file) {
    yield packageItem(file.bytes.toString());
  },
  ...more,
});
const packageItem = (name: string) =>
  ({
    kind: 'package',
    package: { type: 'npm', name, version: '1', licences: [], evidence: 'installed' },
  }) as const;

const noted = (layer: LayerInventory) =>
  layer.files.map(
    ({ path, items }) => `${path}: ${items.flatMap((i) => (i.kind === 'package' ? i.package.name : []))}`,
  );
const paths = (layer: LayerInventory) => [...readFileTable(layer.table)].map(({ path }) => path);
const codes = (layer: LayerInventory) => layer.problems.map(({ code }) => code);
const notes = (files: readonly TarFile[], cataloger = noting()) =>
  layerOf(files, { catalogers: [cataloger], executables: [] });

describe('a layer', () => {
  it('keeps every entry, what is deleted, and what catalogers found', async () => {
    const layer = await layerOf([
      { name: 'var/', type: '5' },
      { name: STATUS, body: dpkgStatus('bash 5.2-1') },
      { name: 'usr/bin/tool', body: 'x', mode: 0o755 },
      { name: 'etc/.wh.gone' },
      { name: 'opt/.wh..wh..opq' },
    ]);
    expect(paths(layer)).toEqual(['var', STATUS, 'usr/bin/tool']);
    expect([layer.entries, layer.whiteouts, layer.opaques]).toEqual([3, ['etc/gone'], ['opt']]);
    expect(layer.files).toMatchObject([{ path: STATUS, cataloger: 'dpkg', items: [{ package: { name: 'bash' } }] }]);
    expect(layer.problems).toEqual([]);
  });

  it('takes the last of several entries of a path', async () => {
    const twice = await notes([
      { name: 'note', body: 'first' },
      { name: 'note', body: 'second' },
    ]);
    expect(noted(twice)).toEqual(['note: second']);
    for (const type of ['2', '3', '5']) {
      expect(
        noted(
          await notes([
            { name: 'note', body: 'first' },
            { name: 'note', type, link: 'x' },
          ]),
        ),
      ).toEqual([]);
    }
  });

  it('loses what is in a directory when something else takes its place', async () => {
    const inside = [
      { name: 'a/b/note', body: 'in b' },
      { name: 'a/bc/note', body: 'in bc' },
    ];
    expect(noted(await notes([...inside, { name: 'a/b', type: '2', link: 'c' }]))).toEqual(['a/bc/note: in bc']);
    expect(noted(await notes([...inside, { name: 'a', body: 'file' }]))).toEqual([]);
    expect(noted(await notes([...inside, { name: 'a', type: '5' }]))).toEqual(['a/b/note: in b', 'a/bc/note: in bc']);
  });
});

describe('a hard link', () => {
  const file = { name: 'one/note', body: 'text' };
  const link = (name: string, target: string) => ({ name, type: '1', link: target });

  it('shows what its target shows, over any number of links', async () => {
    const layer = await notes([file, link('two/note', 'one/note'), link('three/note', './two/note')]);
    expect(noted(layer)).toEqual(['one/note: text', 'two/note: text', 'three/note: text']);
    expect(layer.problems).toEqual([]);
  });

  it('still does when its target is replaced afterwards', async () => {
    const layer = await notes([file, link('two/note', 'one/note'), { ...file, body: 'new' }]);
    expect(noted(layer)).toEqual(['two/note: text', 'one/note: new']);
  });

  it('is itself replaced by what comes after it', async () => {
    const layer = await notes([file, link('two/note', 'one/note'), { name: 'two/note', body: 'new' }]);
    expect(noted(layer)).toEqual(['one/note: text', 'two/note: new']);
  });

  it('to a file that was not read is said, and so is one to nothing, to itself or in a circle', async () => {
    const cases: readonly (readonly TarFile[])[] = [
      [{ name: 'other', body: 'text' }, link('note', 'other')],
      [link('note', 'nowhere')],
      [link('note', 'note')],
      [link('a/note', 'b/note'), link('b/note', 'a/note')],
      [{ name: 'dir/', type: '5' }, link('note', 'dir')],
      [link('note', '../../outside')],
    ];
    for (const links of cases) {
      const layer = await notes(links);
      expect(noted(layer)).toEqual([]);
      const unread = links.filter(({ name, type }) => type === '1' && name.endsWith('note'));
      expect(codes(layer)).toEqual(unread.map(() => 'HARDLINK_UNREAD'));
    }
  });

  it('to a file that nobody would read by the name of the link says nothing', async () => {
    const layer = await notes([file, link('elsewhere', 'one/note')]);
    expect([noted(layer), layer.problems]).toEqual([['one/note: text'], []]);
  });

  it('to a program shows what is in the program', async () => {
    const program: ExecutableCataloger = {
      id: 'program',
      version: 1,
      title: 'Programs',
      probe: () => [],
      stream: () => ({ push: () => false, end: () => [packageItem('module')] }),
    };
    const tool = { name: 'bin/tool', body: Buffer.alloc(5000), mode: 0o755 };
    const small = { name: 'bin/small', body: 'x', mode: 0o755 };
    const plain = { name: 'plain', body: Buffer.alloc(5000) };
    const links = [link('bin/alias', 'bin/tool'), link('bin/again', 'bin/alias'), link('bin/p', 'plain')];
    const layer = await layerOf([tool, small, plain, ...links], { catalogers: [], executables: [program] });
    expect(noted(layer)).toEqual(['bin/tool: module', 'bin/alias: module', 'bin/again: module']);
  });
});

describe('a file with companions', () => {
  const database = noting({
    match: { paths: ['db', 'copy', 'link'] },
    companions: ['-wal'],
    *catalog(file, context) {
      yield packageItem(`${file.bytes.toString()}+${context.beside('-wal')?.bytes.toString() ?? 'none'}`);
    },
  });

  it('is read with them in whatever order they come', async () => {
    const db = { name: 'db', body: 'database' };
    const wal = { name: 'db-wal', body: 'log' };
    expect(noted(await notes([db, wal], database))).toEqual(['db: database+log']);
    expect(noted(await notes([wal, db], database))).toEqual(['db: database+log']);
    expect(noted(await notes([db], database))).toEqual(['db: database+none']);
    expect(noted(await notes([wal], database))).toEqual(['db-wal: log+none']);
    expect(noted(await notes([db, wal, { name: 'db-wal', body: 'new' }], database))).toEqual(['db: database+new']);
    expect(noted(await notes([db, wal, { name: 'db', type: '5' }], database))).toEqual(['db-wal: log+none']);
  });

  it('is also read through a hard link', async () => {
    const db = { name: 'db', body: 'database' };
    const layer = await notes(
      [db, { name: 'link', type: '1', link: 'db' }, { name: 'link-wal', body: 'log' }],
      database,
    );
    expect(noted(layer)).toEqual(['db: database+none', 'link: database+log']);
  });

  it('gives its memory back, also when it is replaced or given up', async () => {
    let left = 100;
    const held = {
      take: (bytes: number) => {
        left -= bytes;
        return true;
      },
      giveBack: (bytes: number) => {
        left += bytes;
      },
    };
    const memory = { ...ampleMemory(), held };
    const db = { name: 'db', body: 'database' };
    await layerOf([db, db, { name: 'link', type: '1', link: 'db' }], { catalogers: [database], memory });
    expect(left).toBe(100);
    await layerOf([db, { name: 'db', type: '5' }], { catalogers: [database], memory });
    expect(left).toBe(100);
  });

  it('is not read when too much waits already', async () => {
    const memory = { ...ampleMemory(), held: memoryBudget(12) };
    const files = [
      { name: 'db', body: 'database' },
      { name: 'copy', body: 'database' },
    ];
    const layer = await layerOf(files, { catalogers: [database], memory });
    expect([noted(layer), codes(layer)]).toEqual([['db: database+none'], ['FILE_TOO_LARGE']]);
  });
});

describe('what is too much for one layer', () => {
  it('is said once, and what was found before stays', async () => {
    const many = Array.from({ length: 1000 }, (_, i) => ({ name: `${i}/note`, body: `n${i}` }));
    const memory = { ...ampleMemory(), packages: memoryBudget(20_000) };
    const layer = await layerOf(many, { catalogers: [noting()], memory });
    expect(codes(layer)).toEqual(['INVENTORY_TOO_LARGE']);
    const found = layer.files.filter(({ items }) => items.length > 0);
    expect(found.length).toBeGreaterThan(5);
    expect(found.length).toBeLessThan(100);
    expect(layer.entries).toBe(1000);
  });

  it('also for what one cataloger finds, and for what is deleted', async () => {
    const endless = noting({
      *catalog() {
        for (;;) yield packageItem('again and again');
      },
    });
    const memory = () => ({
      ...ampleMemory(),
      packages: memoryBudget(100_000),
      tables: memoryBudget(100_000),
    });
    const found = await layerOf([{ name: 'note' }], { catalogers: [endless], memory: memory() });
    expect(codes(found)).toEqual(['INVENTORY_TOO_LARGE']);
    const whiteouts = Array.from({ length: 2000 }, (_, i) => ({ name: `.wh.${i}` }));
    const deleted = await layerOf(whiteouts, { memory: memory() });
    expect(codes(deleted)).toEqual(['INVENTORY_TOO_LARGE']);
  });

  it('of one kind does not crowd out the others', async () => {
    const crowd = Array.from({ length: 1000 }, (_, i) => ({
      name: `app/node_modules/p${i}/package.json`,
      body: `{"name":"p${i}","version":"1.0.0"}`,
    }));
    const memory = { ...ampleMemory(), packages: memoryBudget(20_000) };
    const layer = await layerOf([...crowd, { name: STATUS, body: dpkgStatus('bash 5.2-1') }], { memory });
    expect(codes(layer)).toEqual(['INVENTORY_TOO_LARGE']);
    expect(layer.files.at(-1)).toMatchObject({ path: STATUS, items: [{ package: { name: 'bash' } }] });
    expect(paths(layer)).toHaveLength(1001);
  });

  it('a file is not read beyond its limit', async () => {
    const layer = await notes([
      { name: 'note', body: 'x'.repeat(1001) },
      { name: 'a/note', body: 'fine' },
    ]);
    expect([noted(layer), layer.problems]).toEqual([
      ['a/note: fine'],
      [expect.objectContaining({ code: 'FILE_TOO_LARGE', path: 'note' })],
    ]);
  });

  it('problems beyond two hundred are counted', async () => {
    const layer = await notes(Array.from({ length: 250 }, () => ({ name: 'note', body: 'x'.repeat(1001) })));
    expect(layer.problems).toHaveLength(201);
    expect(layer.problems[200]).toMatchObject({ code: 'PROBLEMS_OMITTED', message: expect.stringContaining('50') });
  });
});

it('a cataloger that fails becomes a problem, and what it found before stays', async () => {
  const failing = noting({
    *catalog(file) {
      yield packageItem('before');
      throw new Error(`no sense in ${file.path}`);
    },
  });
  const layer = await notes([{ name: 'note' }], failing);
  expect(noted(layer)).toEqual(['note: before']);
  expect(layer.problems).toEqual([{ code: 'INTERNAL', message: 'no sense in note', path: 'note' }]);
});
