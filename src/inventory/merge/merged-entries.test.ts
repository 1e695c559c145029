import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layerOf } from '../../../test/fakes/layers.ts';
import type { TarFile } from '../../../test/fakes/tar.ts';
import type { Cataloger } from '../cataloger.ts';
import { executablesOf, mergedEntries } from './merged-entries.ts';
import { visibleFiles } from './visible-files.ts';

/** Reads every file called `f`. */
const everyFile: Cataloger = {
  id: 'every',
  version: 1,
  title: 'Every file',
  match: { names: ['f'] },
  limitBytes: 100,
  *catalog(file) {
    yield { kind: 'repositories', branches: [file.bytes.toString()] };
  },
};
const layersOf = (layers: readonly (readonly TarFile[])[]) =>
  Promise.all(layers.map((files) => layerOf(files, { catalogers: [everyFile], executables: [] })));
const listed = async (...layers: readonly (readonly TarFile[])[]) =>
  [...mergedEntries(await layersOf(layers)).values()]
    .map(({ path, type }) => (type === 'directory' ? `${path}/` : path))
    .sort();

const dir = (name: string): TarFile => ({ name, type: '5', mode: 0o755 });
const file = (name: string, body = ''): TarFile => ({ name, body });

describe('stacked layers', () => {
  it('show what is in any of them, the topmost of each path', async () => {
    const layers = await layersOf([
      [dir('a'), file('a/x', 'old'), file('b')],
      [dir('a'), file('a/x', 'newer'), file('a/y')],
    ]);
    const shown = mergedEntries(layers);
    expect([...shown.keys()].sort()).toEqual(['a', 'a/x', 'a/y', 'b']);
    expect(shown.get('a/x')?.sizeBytes).toBe(5);
  });

  it('do not show what a whiteout deletes, with all that is inside; only of the layers below it', async () => {
    const base = [dir('a'), file('a/x'), dir('a/sub'), file('a/sub/y'), file('ab')];
    expect(await listed(base, [file('.wh.a')])).toEqual(['ab']);
    expect(await listed(base, [file('a/.wh.sub')])).toEqual(['a/', 'a/x', 'ab']);
    expect(await listed(base, [file('.wh.a'), dir('a'), file('a/new')])).toEqual(['a/', 'a/new', 'ab']);
    expect(await listed(base, [dir('a'), file('a/new'), file('.wh.a')])).toEqual(['a/', 'a/new', 'ab']);
    expect(await listed([file('.wh.a')], base)).toEqual(['a/', 'a/sub/', 'a/sub/y', 'a/x', 'ab']);
    expect(await listed(base, [file('.wh.a')], [file('a/again')])).toEqual(['a/', 'a/again', 'ab']);
  });

  it('do not show what an opaque directory hides, also when it is the root', async () => {
    const base = [dir('a'), file('a/x'), file('b')];
    expect(await listed(base, [dir('a'), file('a/.wh..wh..opq'), file('a/y')])).toEqual(['a/', 'a/y', 'b']);
    expect(await listed(base, [file('c'), file('.wh..wh..opq')])).toEqual(['c']);
  });

  it('lose a directory to a file or a link, and get a new one back', async () => {
    const base = [dir('a'), file('a/x'), dir('a/sub'), file('a/sub/y')];
    const link: TarFile = { name: 'a', type: '2', link: 'b' };
    expect(await listed(base, [file('a')])).toEqual(['a']);
    expect(await listed(base, [link])).toEqual(['a']);
    expect(await listed(base, [link], [dir('a'), file('a/new')])).toEqual(['a/', 'a/new']);
    expect(await listed(base, [file('a')], [file('a/new')])).toEqual(['a/', 'a/new']);
  });

  it('get a directory back that gave way within a layer and came again', async () => {
    const again = [file('a/a/a'), file('a'), dir('a'), file('a/a/a')];
    expect(await listed([file('a/a')], again)).toEqual(['a/', 'a/a/', 'a/a/a']);
  });

  it('have directories that no layer lists', async () => {
    expect(await listed([file('a/b/c/x')])).toEqual(['a/', 'a/b/', 'a/b/c/', 'a/b/c/x']);
  });

  it('show hard links as what they link to', async () => {
    const tool = { name: 'bin/tool', body: 'x'.repeat(10), mode: 0o755 };
    const links: TarFile[] = [
      { name: 'bin/one', type: '1', link: 'bin/tool' },
      { name: 'bin/two', type: '1', link: 'bin/one' },
      { name: 'bin/lost', type: '1', link: 'nowhere' },
    ];
    const layers = await layersOf([[tool, ...links], [file('bin/tool', 'new')]]);
    expect(executablesOf(layers)).toEqual([
      { path: 'bin/one', sizeBytes: 10, mode: 0o755 },
      { path: 'bin/two', sizeBytes: 10, mode: 0o755 },
    ]);
    expect(mergedEntries(layers).get('bin/lost')?.type).toBe('hardlink');
  });

  it('list as executables the regular files that have an execute bit now', async () => {
    const on = (name: string, mode: number): TarFile => ({ name, body: 'x', mode });
    const layers = await layersOf([
      [on('a', 0o755), on('b', 0o100), on('c', 0o644), dir('d'), on('d/e', 0o755), on('g/h', 0o755)],
      [
        on('a', 0o644),
        on('c', 0o755),
        { name: 'd', type: '2', link: 'x' },
        on('g/h/i', 0o644),
        { ...dir('k'), mode: 0o755 },
      ],
    ]);
    expect(executablesOf(layers).map(({ path }) => path)).toEqual(['b', 'c']);
  });
});

/** The layers applied one by one to a model of a file system: paths, and what is at them. */
function applied(layers: readonly (readonly TarFile[])[]): ReadonlyMap<string, string> {
  const state = new Map<string, string>();
  const clear = (tree: Map<string, string>, path: string, itself: boolean) => {
    for (const at of [...tree.keys()]) if ((itself && at === path) || at.startsWith(`${path}/`)) tree.delete(at);
  };
  layers.forEach((files, index) => {
    const own = new Map<string, string>();
    for (const { name, type } of files) {
      const base = name.slice(name.lastIndexOf('/') + 1);
      const parent = name.slice(0, Math.max(0, name.lastIndexOf('/')));
      if (base === '.wh..wh..opq') clear(state, parent, false);
      else if (base.startsWith('.wh.')) clear(state, `${parent === '' ? '' : `${parent}/`}${base.slice(4)}`, true);
      else {
        if (type !== '5') clear(own, name, true);
        own.set(name, type === '5' ? 'directory' : `file ${index}`);
        for (let at = parent; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('/')))) own.set(at, 'directory');
      }
    }
    for (const [path, what] of own) {
      if (what !== 'directory') clear(state, path, true);
      else if (state.get(path) !== 'directory') state.delete(path);
      state.set(path, what);
    }
  });
  return state;
}

const part = fc.constantFrom('a', 'b', 'f');
const path = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
const entry: fc.Arbitrary<TarFile> = fc.oneof(
  { weight: 5, arbitrary: path.map((name) => file(name)) },
  { weight: 3, arbitrary: path.map(dir) },
  { weight: 1, arbitrary: path.map((name) => ({ name: name.replace(/([^/]*)$/, '.wh.$1') })) },
  { weight: 1, arbitrary: path.map((name) => ({ name: `${name}/.wh..wh..opq` })) },
);
/** Layers that an engine would unpack: nothing lies in what is no directory at that time. */
const layer = fc.array(entry, { maxLength: 8 }).map((files) => {
  const kept: TarFile[] = [];
  for (const one of files) {
    const above = (name: string) => kept.findLast((other) => other.name === name || other.name.startsWith(`${name}/`));
    const parents = one.name
      .split('/')
      .slice(0, -1)
      .map((_, i, all) => all.slice(0, i + 1).join('/'));
    const blocked = parents.some((name) => {
      const there = above(name);
      return there !== undefined && there.name === name && there.type !== '5';
    });
    if (!blocked) kept.push(one);
  }
  return kept;
});

it('stacked layers show what applying them one by one leaves, however they were made', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(layer, { minLength: 1, maxLength: 4 }), async (layers) => {
      const named = layers.map((files, index) =>
        files.map((one) => (one.type === '5' ? one : { ...one, body: `${index}` })),
      );
      const model = applied(named);
      const inventories = await layersOf(named);
      const shown = mergedEntries(inventories);
      const kinds = [...shown.values()].map(({ path, type }) => `${path} ${type}`).sort();
      expect(kinds).toEqual([...model].map(([at, what]) => `${at} ${what.split(' ')[0]}`).sort());
      const visible = visibleFiles(inventories).map(({ path, versions }) => `${path} file ${versions[0]?.layer}`);
      const files = [...model].filter(([at, what]) => /(?:^|\/)f$/.test(at) && what !== 'directory');
      expect(visible.sort()).toEqual(files.map(([at, what]) => `${at} ${what}`).sort());
    }),
    { numRuns: 300 },
  );
});
