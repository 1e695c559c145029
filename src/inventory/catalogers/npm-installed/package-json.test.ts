import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readPackageJson } from './package-json.ts';

const MODULE = 'app/node_modules/dir/package.json';

function read(fields: unknown, path = MODULE) {
  return readPackageJson(path, Buffer.from(typeof fields === 'string' ? fields : JSON.stringify(fields)));
}

it('takes name and version from the file, not from the directory: an alias is what it really is', () => {
  expect(read({ name: '@real/name', version: '1.2.3', license: 'MIT' })).toEqual({
    kind: 'package',
    package: { type: 'npm', name: '@real/name', version: '1.2.3', licences: ['MIT'], evidence: 'installed' },
  });
});

it('takes the directory for a name where the file has none, as npm does', () => {
  expect(read({ version: '1.2.3' })).toMatchObject({ package: { name: 'dir' } });
  expect(read({ version: '1.2.3' }, 'app/package.json')).toEqual({ kind: 'none' });
});

it('shows an installed version as it stands', () => {
  expect(read('\uFEFF{"name":"a","version":"v2.0.0"}')).toMatchObject({ package: { version: 'v2.0.0' } });
  expect(read({ name: 'a', version: '1.0' })).toMatchObject({ package: { version: '1.0' } });
  expect(read({ name: 'a', version: '1.0' }, 'opt/a/package.json')).toEqual({ kind: 'none' });
});

it('reads every way to declare a licence', () => {
  const licences = (fields: object) => {
    const result = read({ name: 'a', version: '1.0.0', ...fields });
    return result.kind === 'package' ? result.package.licences : undefined;
  };
  expect(licences({ license: '(MIT OR Apache-2.0)' })).toEqual(['(MIT OR Apache-2.0)']);
  expect(licences({ license: { type: 'ISC', url: 'x' } })).toEqual(['ISC']);
  expect(licences({ licenses: [{ type: 'MIT' }, 'Apache-2.0', { name: 'BSD' }, 5] })).toEqual([
    'MIT',
    'Apache-2.0',
    'BSD',
  ]);
  expect(licences({ licenses: { type: 'MIT' }, license: 'MIT' })).toEqual(['MIT']);
  expect(licences({ license: 'x'.repeat(5000) })).toEqual([]);
});

it('lists nothing for private projects and files without name and version outside of node_modules', () => {
  expect(read({ name: 'a', version: '1.0.0', private: true }, 'app/package.json')).toEqual({ kind: 'none' });
  expect(read({ name: 'a' }, 'app/package.json')).toEqual({ kind: 'none' });
  expect(read('not json', 'app/package.json')).toEqual({ kind: 'none' });
  expect(read({ name: 'yarn', version: '1.22.19' }, 'opt/yarn/package.json')).toMatchObject({ kind: 'package' });
});

it('reports what cannot be understood in node_modules, but not module markers and private packages', () => {
  expect(read('{"name": "a", "version"')).toMatchObject({ kind: 'problem', problem: { code: 'NPM_PACKAGE_INVALID' } });
  expect(read('[]')).toMatchObject({ kind: 'problem' });
  expect(read({ name: 'a' })).toMatchObject({ kind: 'problem' });
  expect(read({ name: 'a', version: 3 })).toMatchObject({ kind: 'problem' });
  expect(read({ name: '../etc', version: '1.0.0' })).toMatchObject({ kind: 'problem' });
  expect(read({ name: ['a'], version: '1.0.0' })).toMatchObject({ kind: 'problem' });
  expect(read({ type: 'commonjs' })).toEqual({ kind: 'none' });
  expect(read({ name: 'a', private: true })).toEqual({ kind: 'none' });
});

it('never throws, whatever the file holds', () => {
  fc.assert(fc.property(fc.oneof(fc.json(), fc.string()), (text) => void read(text)));
  fc.assert(
    fc.property(fc.record({ name: fc.jsonValue(), version: fc.jsonValue(), license: fc.jsonValue() }), (fields) => {
      read(fields);
    }),
  );
});
