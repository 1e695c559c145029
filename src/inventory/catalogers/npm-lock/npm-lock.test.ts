import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Item } from '#inventory/package.ts';
import { coveredByInstalled, directoriesWithModules } from './covered-by-installed.ts';
import { npmLock } from './index.ts';

function read(lock: unknown, path = 'app/package-lock.json') {
  const codes: string[] = [];
  const bytes = Buffer.from(typeof lock === 'string' ? lock : JSON.stringify(lock));
  const context = { beside: () => undefined, problem: (problem: { code: string }) => void codes.push(problem.code) };
  const items: Item[] = [...npmLock.catalog({ path, mode: 0o644, bytes }, context)];
  const names = items.map((item) => (item.kind === 'package' ? `${item.package.name}@${item.package.version}` : ''));
  return { items, names: names.sort(), codes };
}

it('lists every package of lock files 2 and 3 but the root and links', () => {
  const packages = {
    '': { name: 'root', version: '1.0.0' },
    'node_modules/a': { version: '1.0.0', dev: true, license: 'MIT' },
    'node_modules/a/node_modules/@s/b': { version: '2.0.0', inBundle: true },
    'node_modules/alias': { name: 'real', version: '3.0.0', optional: true },
    'node_modules/workspace': { resolved: 'packages/workspace', link: true },
    'packages/workspace': { version: '4.0.0' },
    'packages/@s/named': { name: '@s/other', version: '5.0.0' },
    'node_modules/git': { version: '6.0.0', resolved: 'git+ssh://git@example.com/x.git#abc' },
    'node_modules/unversioned': { resolved: 'file:x' },
  };
  const expected = ['@s/b@2.0.0', '@s/other@5.0.0', 'a@1.0.0', 'git@6.0.0', 'real@3.0.0', 'workspace@4.0.0'];
  expect(read({ name: 'root', lockfileVersion: 3, packages })).toMatchObject({ names: expected, codes: [] });
  const both = read({ lockfileVersion: 2, dependencies: { old: { version: '9.0.0' } }, packages });
  expect(both.names).toEqual(expected);
  expect(both.items).toContainEqual({
    kind: 'package',
    package: { type: 'npm', name: 'a', version: '1.0.0', licences: ['MIT'], evidence: 'declared' },
  });
});

it('lists the nested dependencies of lock file 1 and leaves out what has no registry version', () => {
  const dependencies = {
    a: { version: '1.0.0', dependencies: { '@s/b': { version: '2.0.0', bundled: true }, a: { version: '1.0.0' } } },
    alias: { version: 'npm:@real/name@3.0.0' },
    git: { version: 'git+ssh://git@example.com/x.git#abc' },
    local: { version: 'file:../local', dependencies: { inner: { version: '4.0.0' } } },
  };
  const names = ['@real/name@3.0.0', '@s/b@2.0.0', 'a@1.0.0', 'inner@4.0.0'];
  expect(read({ lockfileVersion: 1, dependencies })).toMatchObject({ names, codes: [] });
});

it('takes the version of lock file 1 from the name of a tarball with the package’s name', () => {
  const dependencies = {
    t: { version: 'https://example.org/x/t-1.2.3.tgz' },
    '@scope/u': { version: 'https://example.org/u-2.0.0-rc.1.tgz?token=x' },
    v: { version: 'https://example.org/other-1.0.0.tgz' },
    w: { version: 'https://example.org/w-latest.tgz' },
    x: { version: 'file:x-1.0.0.tgz' },
  };
  expect(read({ lockfileVersion: 1, dependencies })).toMatchObject({
    names: ['@scope/u@2.0.0-rc.1', 't@1.2.3'],
    codes: [],
  });
});

it('accepts a lock without packages, and reports what is no lock file', () => {
  expect(read({ lockfileVersion: 3, packages: { '': {} } })).toEqual({ items: [], names: [], codes: [] });
  expect(read({}).codes).toEqual(['NPM_LOCK_INVALID']);
  expect(read('[]').codes).toEqual(['NPM_LOCK_INVALID']);
  expect(read('').codes).toEqual(['NPM_LOCK_INVALID']);
});

it('keeps what it read before a lock file breaks off, and says so', () => {
  const text = JSON.stringify({ lockfileVersion: 3, packages: { 'node_modules/a': { version: '1.0.0' }, b: {} } });
  expect(read(text.slice(0, -4))).toMatchObject({ names: ['a@1.0.0'], codes: ['NPM_LOCK_INVALID'] });
  const deep = `{"dependencies":${'{"a":{"dependencies":'.repeat(5000)}`;
  expect(read(deep).codes).toEqual(['NPM_LOCK_INVALID']);
});

it('never throws, whatever the file holds', () => {
  const entry = fc.record({ version: fc.jsonValue(), name: fc.jsonValue(), dependencies: fc.jsonValue() });
  const lock = fc.record({ packages: fc.dictionary(fc.string(), entry), dependencies: fc.jsonValue() });
  fc.assert(
    fc.property(lock, fc.nat(), (value, cut) => {
      const text = JSON.stringify(value);
      read(text);
      read(text.slice(0, cut % text.length));
    }),
  );
});

it('stays outside of node_modules', () => {
  const only = npmLock.match.only;
  expect(only?.test('app/package-lock.json')).toBe(true);
  expect(only?.test('package-lock.json')).toBe(true);
  expect(only?.test('app/node_modules/a/npm-shrinkwrap.json')).toBe(false);
  expect(only?.test('node_modules/a/npm-shrinkwrap.json')).toBe(false);
  expect(only?.test(`${'x/'.repeat(30_000)}package-lock.json`)).toBe(true);
});

it('tells which installed packages stand beside a lock file', () => {
  const covered = (lock: string, installed: string) => coveredByInstalled(lock, directoriesWithModules([installed]));
  expect(covered('app/package-lock.json', 'app/node_modules/a/package.json')).toBe(true);
  expect(covered('app/package-lock.json', 'app/sub/node_modules/a/package.json')).toBe(false);
  expect(covered('app/node_modules/a/package-lock.json', 'app/node_modules/a/node_modules/b/package.json')).toBe(true);
  expect(covered('package-lock.json', 'node_modules/a/package.json')).toBe(true);
  expect(covered('app/package-lock.json', 'node_modules/a/package.json')).toBe(false);
  expect(covered('app/package-lock.json', 'app/old_node_modules/a/package.json')).toBe(false);
});
