import type { CatalogerFixture } from '#inventory/catalogers/cataloger.fixture.ts';
import { npmLock } from './index.ts';

const file = (path: string, fields: unknown, packages: number) => ({
  path,
  bytes: Buffer.from(JSON.stringify(fields, undefined, 2)),
  packages,
});

const PACKAGES = {
  '': { name: 'app', version: '1.0.0' },
  'node_modules/ms': { version: '2.1.3', license: 'MIT', dev: true },
  'node_modules/alias': { name: '@scope/real', version: '1.0.0' },
  'node_modules/a/node_modules/ms': { version: '2.0.0' },
  'node_modules/linked': { resolved: 'packages/linked', link: true },
};
const DEPENDENCIES = {
  ms: { version: '2.1.3' },
  a: { version: '1.0.0', requires: { ms: '2' }, dependencies: { ms: { version: '2.0.0' } } },
  alias: { version: 'npm:@scope/real@1.0.0' },
  git: { version: 'git+ssh://git@example.org/a/b.git#0123' },
};

export const npmLockFixture: CatalogerFixture = {
  cataloger: npmLock,
  files: [
    file('srv/package-lock.json', { name: 'app', lockfileVersion: 3, packages: PACKAGES }, 3),
    file('npm-shrinkwrap.json', { lockfileVersion: 2, packages: PACKAGES, dependencies: DEPENDENCIES }, 3),
    file('old/package-lock.json', { lockfileVersion: 1, dependencies: DEPENDENCIES }, 4),
  ],
  nearMisses: [
    'srv/package-lock.json.bak',
    'srv/xpackage-lock.json',
    'srv/Package-lock.json',
    'srv/node_modules/.package-lock.json',
    'srv/node_modules/a/npm-shrinkwrap.json',
    'node_modules/a/package-lock.json',
  ],
};
