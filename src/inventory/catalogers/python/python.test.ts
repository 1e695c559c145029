import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Item } from '#inventory/package.ts';
import { python } from './index.ts';

function read(text: string, path = 'usr/lib/python3/dist-packages/x-1.dist-info/METADATA') {
  const codes: string[] = [];
  const context = { beside: () => undefined, problem: (problem: { code: string }) => void codes.push(problem.code) };
  const items: Item[] = [...python.catalog({ path, mode: 0o644, bytes: Buffer.from(text) }, context)];
  return { found: items.map((item) => (item.kind === 'package' ? item.package : undefined)), codes };
}

it('reads name and version as declared', () => {
  const text =
    'Metadata-Version: 2.1\r\nName: Foo.Bar_baz\r\nVersion: 1.0.0-beta\r\nLicense: MIT\r\n\r\nName: other\r\n';
  const one = { type: 'pypi', name: 'Foo.Bar_baz', version: '1.0.0-beta', licences: ['MIT'], evidence: 'installed' };
  expect(read(text)).toEqual({ found: [one], codes: [] });
});

it('takes header names in any case, joins continuation lines and stops at the first empty line', () => {
  const text =
    '\uFEFFname: a\nDescription: first\n        second\n        \n        Version: 9\nVERSION: 1\n\nLicense: no\n';
  expect(read(text).found).toMatchObject([{ name: 'a', version: '1', licences: [] }]);
});

it('prefers the licence expression, else takes short licences and classifiers, never whole texts', () => {
  const head = 'Name: a\nVersion: 1\n';
  const licences = (text: string) => read(head + text).found[0]?.licences;
  expect(licences('License: x\nLicense-Expression: MIT OR Apache-2.0\n')).toEqual(['MIT OR Apache-2.0']);
  expect(licences('License: BSD\nClassifier: License :: OSI Approved :: BSD License\n')).toEqual([
    'BSD',
    'BSD License',
  ]);
  expect(licences('License: UNKNOWN\nClassifier: License :: OSI Approved\nClassifier: Topic :: X\n')).toEqual([]);
  expect(licences(`License: Copyright\n        and more\nClassifier: License :: Public Domain\n`)).toEqual([
    'Public Domain',
  ]);
  expect(licences(`License: ${'x'.repeat(101)}\n`)).toEqual([]);
});

it('reads lines that end with carriage returns alone, and names and versions with spaces, as Python does', () => {
  expect(read('Name: a\rVersion: 1\rLicense: MIT\r\rVersion: 2').found).toMatchObject([{ name: 'a', version: '1' }]);
  expect(read('Name: My Project\nVersion: 1.0 beta 2\n').found).toMatchObject([
    { name: 'My Project', version: '1.0 beta 2' },
  ]);
});

it('reports a file without a usable name or version', () => {
  const long = 'x'.repeat(300);
  for (const text of ['', 'Name: a\n', 'Version: 1\n', 'Name: a\u001b[2J\nVersion: 1', `Name: ${long}\nVersion: 1`]) {
    expect(read(text)).toEqual({ found: [], codes: ['PYTHON_METADATA_INVALID'] });
  }
});

it.each([
  ['usr/lib/python3/dist-packages/PyYAML-6.0.dist-info/METADATA', true],
  ['usr/lib/python3/dist-packages/PyGObject-3.42.2.egg-info', true],
  ['app/foo.egg-info/PKG-INFO', true],
  ['opt/x-1.0-py3.11.egg/EGG-INFO/PKG-INFO', true],
  ['x.dist-info/METADATA', true],
  ['usr/lib/python3/dist-packages/~ip-23.0.dist-info/METADATA', false],
  ['usr/lib/python3/dist-packages/-ip-23.0.dist-info/METADATA', false],
  ['usr/lib/python3/dist-packages/.pip.egg-info/PKG-INFO', false],
  ['usr/share/METADATA', false],
  ['app/dist-info/METADATA', false],
  ['src/PKG-INFO', false],
  ['x.dist-info/sub/METADATA', false],
] as const)('%s is wanted: %s', (path, wanted) => {
  expect(python.match.only?.test(path)).toBe(wanted);
});

it('never throws, whatever the file holds', () => {
  const line = fc.oneof(
    fc.string(),
    fc.constantFrom('Name: a', 'Version: 1', '  more', '', 'License: MIT', 'Classifier:'),
  );
  fc.assert(fc.property(fc.array(line), (lines) => void read(lines.join('\n'))));
  read(`Name: ${'a'.repeat(2_000_000)}`);
  read(`${'a'.repeat(900_000)}\nName:${' '.repeat(100_000)}`);
});
