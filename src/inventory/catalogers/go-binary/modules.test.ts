import fc from 'fast-check';
import { expect, it } from 'vitest';
import { packagesOf } from './modules.ts';

function list(modules: string, goVersion = 'go1.21.3') {
  return packagesOf({ goVersion, modules }).packages.map(({ name, version, evidence }) => [name, version, evidence]);
}

function stdlib(goVersion: string) {
  return list('', goVersion)[0]?.slice(1);
}

it('lists the standard library, the main module and dependencies as go version -m prints them', () => {
  const text = [
    'path\texample.com/app/cmd/tool',
    'mod\texample.com/app\tv1.2.3\th1:x=',
    'dep\tgithub.com/Azure/go\tv1.0.0+incompatible\th1:y=',
    'dep\tgolang.org/x/sys\tv0.0.0-20230101000000-abcdefabcdef\t',
    'build\tGOOS=linux',
    '',
  ].join('\n');
  expect(list(text)).toEqual([
    ['stdlib', '1.21.3', 'installed'],
    ['example.com/app', 'v1.2.3', 'installed'],
    ['github.com/Azure/go', 'v1.0.0+incompatible', 'installed'],
    ['golang.org/x/sys', 'v0.0.0-20230101000000-abcdefabcdef', 'installed'],
  ]);
});

it('takes a replacement for what it replaces, and is not sure of a local directory', () => {
  const text = [
    'mod\texample.com/app\t(devel)\t',
    'dep\texample.com/a\tv1.0.0\n=>\texample.com/fork\tv1.5.0\th1:x=',
    'dep\texample.com/b\tv2.0.0\n=>\t../b\t(devel)\t',
    'dep\texample.com/c\tv3.0.0\n=>\t/src/c\t\t',
    'dep\texample.com/d\t(devel)\t',
    'dep\texample.com/e',
  ].join('\n');
  expect(list(text).slice(1)).toEqual([
    ['example.com/app', '(devel)', 'unreliable'],
    ['example.com/fork', 'v1.5.0', 'installed'],
    ['example.com/b', 'v2.0.0', 'unreliable'],
    ['example.com/c', 'v3.0.0', 'unreliable'],
    ['example.com/d', '(devel)', 'unreliable'],
    ['example.com/e', '(devel)', 'unreliable'],
  ]);
});

it.each([
  ['v0.0.0-20230101000000-abcdefabcdef', 'unreliable'],
  ['v1.2.4-0.20230101000000-abcdefabcdef', 'unreliable'],
  ['v1.2.4-rc.1.0.20230101000000-abcdefabcdef', 'unreliable'],
  ['v0.0.0-20230101000000-abcdefabcdef+dirty', 'unreliable'],
  ['(devel)', 'unreliable'],
  ['v1.2.3+dirty', 'installed'],
  ['v1.2.3-rc.1', 'installed'],
  ['v1.2.3', 'installed'],
])('is %s as the version of a main module %s', (version, evidence) => {
  expect(list(`mod\texample.com/app\t${version}\t`)[1]).toEqual(['example.com/app', version, evidence]);
});

it('names the release of the standard library', () => {
  expect(stdlib('go1.21.3')).toEqual(['1.21.3', 'installed']);
  expect(stdlib('go1.20')).toEqual(['1.20', 'installed']);
  expect(stdlib('go1.21rc2')).toEqual(['1.21rc2', 'installed']);
  expect(stdlib('go1.20.4 X:boringcrypto')).toEqual(['1.20.4', 'installed']);
  expect(stdlib('go1.25.1-X:nodwarf5')).toEqual(['1.25.1', 'installed']);
  expect(stdlib('go1.21.3 (Red Hat 1.21.3-1.el9)')).toEqual(['1.21.3', 'installed']);
  expect(stdlib('go1.26.4-1-microsoft')).toEqual(['1.26.4', 'installed']);
});

it('is not sure of a toolchain between releases', () => {
  expect(stdlib('devel go1.22-0b4d5c2 Mon Oct 2 2023')).toEqual(['devel go1.22-0b4d5c2 Mon Oct 2 2023', 'unreliable']);
  expect(stdlib('go1.26-devel_0b4d5c2')).toEqual(['go1.26-devel_0b4d5c2', 'unreliable']);
  const nightly = 'go1.22-20231128-RC02 cl/586117301 +6111acc8e6 X:fieldtrack,boringcrypto';
  expect(stdlib(nightly)).toEqual([nightly, 'unreliable']);
  expect(stdlib('go1.21.3-asan')).toEqual(['1.21.3', 'installed']);
  expect(stdlib('mine')).toEqual(['mine', 'unreliable']);
});

it('passes over what can be no module, and stops at its limit', () => {
  expect(list('=>\tx\tv1\ndep\t\tv1.0.0\ndep\ta b\tv1.0.0\nmod')).toEqual([['stdlib', '1.21.3', 'installed']]);
  const many = packagesOf({ goVersion: 'go1.21.3', modules: 'dep\texample.com/a\tv1.0.0\n'.repeat(50_001) });
  expect(many.cut).toBe(true);
  expect(many.packages.length).toBe(50_001);
});

it('never throws, whatever the text holds', () => {
  const word = fc.oneof(fc.constantFrom('mod', 'dep', '=>', '\t', '\n', '(devel)', 'v1.0.0', 'go1.'), fc.string());
  fc.assert(fc.property(fc.array(word), fc.string(), (words, goVersion) => void list(words.join(''), goVersion)));
});
