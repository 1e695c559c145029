import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { house } from '../../tools/tidy/house.mjs';
import { tidy } from '../../tools/tidy/tidy.mjs';

type House = typeof house;

const none: House['exceptions'] = { longFiles: {}, deadFiles: {}, comingFolders: {}, deadExports: {}, names: {} };
const plain: House = { ...house, exceptions: none };

/** A small tree in which everything is in place. */
const clean: Readonly<Record<string, string>> = {
  'src/main.ts': `import { open } from '#source/open.ts';\nopen();\nawait import('#cli/scan.ts').then((m) => m.scan());\n`,
  'src/core/word.ts': `export interface Word { readonly text: string }\n`,
  'src/image/image.ts': `import type { Word } from '#core/word.ts';\nexport const image = (word: Word) => word.text;\n`,
  'src/source/open.ts': `import { image } from '#image/image.ts';\nimport { one } from './kinds/one.ts';\nexport const open = () => image(one);\n`,
  'src/source/kinds/one.ts': `import { request } from 'undici';\nexport const one = { text: String(request) };\n`,
  'src/cli/scan.ts': `const { open } = await import('#source/open.ts');\nexport const scan = () => open();\n`,
  'src/image/image.test.ts': `import { image } from '#image/image.ts';\nimport { word } from '../../test/fakes/word.ts';\nimage(word);\n`,
  'test/fakes/word.ts': `export const word = { text: 'a' };\n`,
};

let root = '';

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'holdfast-tidy-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function plant(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

/** What tidy says of the clean tree with these files planted. */
function said(files: Readonly<Record<string, string>>, exceptions: Partial<House['exceptions']> = {}): string[] {
  plant({ ...clean, ...files });
  const { complaints } = tidy(root, { ...plain, exceptions: { ...none, ...exceptions } });
  return complaints.map(({ path, line, message }) => `${path}:${line} ${message}`);
}

/** The clean tree's file with a line added at its end. */
const plus = (path: keyof typeof clean, line: string) => ({ [path]: `${clean[path]}${line}\n` });

describe('tidy', () => {
  it('finds nothing in a tree that is in place', () => {
    expect(said({})).toEqual([]);
  });

  it('lets sources read the version out of package.json', () => {
    const line = `import { version } from '../../package.json' with { type: 'json' };`;
    expect(said({ 'package.json': '{}', ...plus('src/image/image.ts', line) })).toEqual([]);
  });

  it('refuses to judge a tree in which it sees no module', () => {
    plant({ 'test/unit/a.test.ts': '' });
    expect(() => tidy(root, plain)).toThrow(/no module/);
  });

  it('sees this repository, and every exception in it still has its reason', () => {
    const { modules, imports } = tidy(join(import.meta.dirname, '../..'), house);
    expect(modules).toBeGreaterThan(10);
    expect(imports).toBeGreaterThan(10);
    for (const list of Object.values(house.exceptions)) {
      for (const reason of Object.values(list)) expect(reason.length).toBeGreaterThan(10);
    }
  });

  it('has tiers without a circle, so that the order of the folders exists', () => {
    const reaches = (from: string, seen: Set<string>): Set<string> => {
      for (const to of house.tiers[from] ?? []) if (!seen.has(to)) reaches(to, seen.add(to));
      return seen;
    };
    for (const folder of Object.keys(house.tiers)) expect(reaches(folder, new Set()).has(folder)).toBe(false);
  });
});

describe('tidy finds an import against the tiers', () => {
  it.each([
    ['a static import', `import { open } from '#source/open.ts';\nopen();`],
    ['a type import', `import type { open } from '#source/open.ts';\nexport type Open = typeof open;`],
    ['an inline type import', `import { type open } from '#source/open.ts';`],
    ['a namespace import', `import * as open from '#source/open.ts';\nopen.open();`],
    ['an import for its effect', `import '#source/open.ts';`],
    ['an export from', `export { open } from '#source/open.ts';`],
    ['an export type from', `export type { open } from '#source/open.ts';`],
    ['a dynamic import', `await import('#source/open.ts');`],
    ['a dynamic import in a template', 'await import(`#source/open.ts`);'],
    ['an import type', `let x: import('#source/open.ts').open;`],
    ['a typeof import', `let x: typeof import('#source/open.ts');`],
  ])('%s', (_, line) => {
    const found = said(plus('src/core/word.ts', line));
    expect(found).toContain('src/core/word.ts:2 core may not import source (src/source/open.ts)');
  });

  it('in a test as well', () => {
    const found = said(plus('src/image/image.test.ts', `import '#source/open.ts';`));
    expect(found).toContain('src/image/image.test.ts:4 image may not import source (src/source/open.ts)');
  });

  it('of the entry', () => {
    expect(said(plus('src/cli/scan.ts', `import '#main.ts';`))).toContain(
      'src/cli/scan.ts:3 cli may not import main.ts (src/main.ts)',
    );
  });

  it('of the web page', () => {
    const found = said({ 'web/page.ts': `import '#image/image.ts';\nimport '#core/word.ts';\n` });
    expect(found).toEqual(['web/page.ts:1 web may not import image (src/image/image.ts)']);
  });

  it('and a folder without a tier', () => {
    const found = said({ 'src/extra/a.ts': '', ...plus('src/cli/scan.ts', `import '#extra/a.ts';`) });
    expect(found).toContain('src/extra/a.ts:1 the folder extra has no tier in tools/tidy/house.mjs');
  });

  it('and a file beside main.ts', () => {
    const found = said({ 'src/a.ts': '', ...plus('src/main.ts', `import '#a.ts';`) });
    expect(found).toContain('src/a.ts:1 only main.ts stands in src/ itself');
  });
});

describe('tidy finds an import that is written wrongly', () => {
  it.each([
    [
      'a relative way out of the folder',
      `import '../core/word.ts';`,
      '../core/word.ts leaves the folder: write #core/word.ts',
    ],
    ['a path to no file', `import '#core/gone.ts';`, '#core/gone.ts leads to no file'],
    ['a path without its ending', `import '#core/word';`, '#core/word leads to no file'],
    ['a package without a reason', `import 'left-pad';`, 'the package left-pad has no reason in tools/tidy/house.mjs'],
    ['a scoped package', `import '@a/b/c';`, 'the package @a/b has no reason in tools/tidy/house.mjs'],
    ['a computed import', `await import(String(image));`, 'import() of a computed name hides what is imported'],
    ['a fake in the product', `import '../../test/fakes/word.ts';`, "source imports a test's file, test/fakes/word.ts"],
  ])('%s', (_, line, message) => {
    expect(said(plus('src/image/image.ts', line))).toContain(`src/image/image.ts:3 ${message}`);
  });

  it('a relative way in from a test', () => {
    const found = said({ 'test/unit/a.test.ts': `import '../../src/image/image.ts';\n` });
    expect(found).toEqual(['test/unit/a.test.ts:1 ../../src/image/image.ts leaves the folder: write #image/image.ts']);
  });
});

describe('tidy finds circles', () => {
  it('of types alone', () => {
    const found = said({
      'src/image/a.ts': `import type { B } from './b.ts';\nexport interface A { b: B }\n`,
      'src/image/b.ts': `import type { A } from './a.ts';\nexport interface B { a: A }\n`,
      ...plus('src/image/image.ts', `import './a.ts';`),
    });
    expect(found).toEqual([
      'src/image/a.ts:1 imports go in a circle: src/image/a.ts -> src/image/b.ts -> src/image/a.ts',
    ]);
  });

  it('of three, once', () => {
    const found = said({
      'src/image/a.ts': `import './b.ts';\n`,
      'src/image/b.ts': `export {};\nawait import('./c.ts');\n`,
      'src/image/c.ts': `import './a.ts';\n`,
      ...plus('src/image/image.ts', `import './a.ts';`),
    });
    expect(found.filter((line) => line.includes('circle'))).toHaveLength(1);
  });

  it('of a file with itself', () => {
    const found = said(plus('src/image/image.ts', `import './image.ts';`));
    expect(found).toContain('src/image/image.ts:3 imports go in a circle: src/image/image.ts -> src/image/image.ts');
  });
});

describe('tidy finds what is dead', () => {
  it('a file that nothing imports', () => {
    expect(said({ 'src/image/a.ts': '' })).toEqual(['src/image/a.ts:1 dead: src/main.ts does not reach it']);
  });

  it('a file that only a test imports', () => {
    const found = said({ 'src/image/a.ts': '', 'src/image/a.test.ts': `import './a.ts';\n` });
    expect(found).toEqual(['src/image/a.ts:1 dead: src/main.ts does not reach it']);
  });

  it('but not one that is listed with its reason', () => {
    expect(said({ 'src/image/a.ts': '' }, { deadFiles: { 'src/image/a.ts': 'started by a worker' } })).toEqual([]);
  });

  it('nor one in a folder that waits for its command', () => {
    const comingFolders = { 'src/image/coming/': 'for the next command' };
    expect(said({ 'src/image/coming/a.ts': 'export const a = 1;\n' }, { comingFolders })).toEqual([]);
  });

  it('nor one that is started as a worker', () => {
    const found = said({
      'src/image/a.ts': '',
      ...plus('src/image/image.ts', `new URL('./a.ts', import.meta.url);`),
    });
    expect(found).toEqual([]);
  });

  it('a fixture that no test imports', () => {
    const found = said({ 'src/image/a.fixture.ts': '', 'test/fakes/b.ts': '' });
    expect(found).toEqual([
      'src/image/a.fixture.ts:1 dead: no test reaches it',
      'test/fakes/b.ts:1 dead: no test reaches it',
    ]);
  });

  it('everything, when there is no entry', () => {
    plant({ 'src/core/word.ts': '' });
    expect(tidy(root, plain).complaints.map(({ path }) => path)).toEqual(['src/main.ts']);
  });

  it.each([
    ['a constant', 'export const dead = 1;', 'dead'],
    ['one of several names', 'export const { dead } = { dead: 1 };', 'dead'],
    ['a function', 'export function dead() {}', 'dead'],
    ['a type', 'export type Dead = 1;', 'Dead'],
    ['an interface', 'export interface Dead {}', 'Dead'],
    ['a renamed export', 'const a = 1;\nexport { a as dead };', 'dead'],
    ['a passed-on export', `export { type Word as Dead } from '#core/word.ts';`, 'Dead'],
  ])('an export: %s', (_, line, name) => {
    const found = said(plus('src/image/image.ts', line));
    expect(found.map((text) => text.replace(/:\d+/, ''))).toEqual([
      `src/image/image.ts dead: no other source file imports ${name}`,
    ]);
  });

  it('an export that only a test uses', () => {
    const found = said({
      ...plus('src/image/image.ts', 'export const inner = 1;'),
      'src/image/inner.test.ts': `import { inner } from './image.ts';\nString(inner);\n`,
    });
    expect(found).toEqual(['src/image/image.ts:3 dead: no other source file imports inner']);
  });

  it.each([
    [`const { a } = await import('./a.ts');\nString(a);`],
    [`(await import('./a.ts')).a();`],
    [`import('./a.ts').then(({ a }) => a());`],
    [`import('./a.ts').then((m) => m.a());`],
    [`import { a } from './a.ts';\na();`],
    [`export type T = import('./a.ts').a;`],
  ])('the other export of a module of which one is used: %s', (line) => {
    const found = said({
      'src/image/a.ts': 'export const a = () => 1;\nexport const b = 2;\n',
      ...plus('src/image/image.ts', line),
    });
    expect(found).toContain('src/image/a.ts:2 dead: no other source file imports b');
    expect(found).not.toContain('src/image/a.ts:1 dead: no other source file imports a');
  });

  it('but not a type that a living export names, nor the types that this one names', () => {
    const found = said({
      'src/image/a.ts': [
        'export interface Inner {}',
        'export interface Outer { inner: Inner }',
        'export const a = (outer: Outer) => outer;',
        'export interface Other { outer: Outer }',
        '',
      ].join('\n'),
      ...plus('src/image/image.ts', `import { a } from './a.ts';\na;`),
    });
    expect(found).toEqual(['src/image/a.ts:4 dead: no other source file imports Other']);
  });

  it('but not an export that is listed with its reason', () => {
    const listed = { deadExports: { 'src/image/image.ts#inner': 'the tests need its limit' } };
    expect(said(plus('src/image/image.ts', 'export const inner = 1;'), listed)).toEqual([]);
  });
});

describe('tidy finds names and lengths', () => {
  it.each([
    ['src/image/utils.ts', 'the name of the file says nothing: utils'],
    ['src/image/tar-helper.ts', 'the name of the file says nothing: helper'],
    ['src/image/common/a.ts', 'the name of the folder src/image/common says nothing: common'],
    ['src/image/layerCache.ts', 'files are named in kebab-case'],
  ])('%s', (path, message) => {
    const found = said({ [path]: '', ...plus('src/image/image.ts', `import '#${path.slice(4)}';`) });
    expect(found).toEqual([`${path}:1 ${message}`]);
  });

  it.each([
    ['export class LayerManager {}', 'the exported name LayerManager says nothing: Manager'],
    ['export const openImpl = 1;', 'the exported name openImpl says nothing: Impl'],
    ['export default 1;', 'a default export has no name'],
    [`export * from '#core/word.ts';`, 'export * hides what a file offers'],
  ])('%s', (line, message) => {
    expect(said(plus('src/image/image.ts', line))).toContain(`src/image/image.ts:3 ${message}`);
  });

  it('words that merely contain a banned one are fine', () => {
    const line = 'export const simple = 1;\nexport const utilised = 2;\nexport const managerial = 3;';
    const found = said(plus('src/image/image.ts', line));
    expect(found.filter((text) => text.includes('says nothing'))).toEqual([]);
  });

  it('a source file over the limit, and a test over its own', () => {
    const found = said({
      ...plus('src/image/image.ts', '//\n'.repeat(300).trimEnd()),
      ...plus('src/image/image.test.ts', '//\n'.repeat(600).trimEnd()),
    });
    expect(found).toEqual([
      'src/image/image.test.ts:601 603 lines, the limit is 600',
      'src/image/image.ts:301 302 lines, the limit is 300',
    ]);
  });

  it('a file that the parser cannot read', () => {
    expect(said(plus('src/image/image.ts', 'const = ;')).join()).toContain('src/image/image.ts:3 ');
  });
});

describe('tidy finds exceptions that are not needed any more', () => {
  it.each([
    [{ longFiles: { 'src/image/image.ts': 'x' } }, 'src/image/image.ts:1 is short enough'],
    [{ deadFiles: { 'src/image/image.ts': 'x' } }, 'src/image/image.ts:1 is reached'],
    [{ comingFolders: { 'src/image/': 'x' } }, 'src/image/:1 is reached'],
    [{ comingFolders: { 'src/gone/': 'x' } }, 'comingFolders lists src/gone/, which does not exist'],
    [{ deadExports: { 'src/image/image.ts#image': 'x' } }, 'src/image/image.ts:2 image is imported'],
    [
      { deadExports: { 'src/image/image.ts#gone': 'x' } },
      'deadExports lists src/image/image.ts#gone, which does not exist',
    ],
    [{ names: { 'src/gone.ts': 'x' } }, 'names lists src/gone.ts, which does not exist'],
  ])('%j', (exceptions, message) => {
    expect(said({}, exceptions).join('\n')).toContain(message);
  });
});
