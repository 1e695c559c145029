import type { CatalogerFixture } from '#inventory/catalogers/cataloger.fixture.ts';
import { npmInstalled } from './index.ts';

const file = (path: string, fields: unknown, packages = 1) => ({
  path,
  bytes: Buffer.from(JSON.stringify(fields, undefined, 2)),
  packages,
});

export const npmInstalledFixture: CatalogerFixture = {
  cataloger: npmInstalled,
  files: [
    file('srv/node_modules/ms/package.json', { name: 'ms', version: '2.1.3', license: 'MIT' }),
    file('srv/node_modules/@scope/name/package.json', {
      name: '@scope/name',
      version: '1.0.0-beta.1+build',
      licenses: [{ type: 'MIT', url: 'x' }, 'Apache-2.0'],
      dependencies: { ms: '^2' },
    }),
    file('a/node_modules/.pnpm/ms@2.1.3/node_modules/ms/package.json', { name: 'ms', version: '2.1.3' }),
    file('usr/share/nodejs/acorn/package.json', { name: 'acorn', version: '8.8.1' }),
    file('srv/package.json', { name: 'app', version: '1.0.0', private: true }, 0),
    file('srv/node_modules/marker/package.json', { type: 'module' }, 0),
  ],
  nearMisses: [
    'srv/node_modules/ms/Package.json',
    'srv/node_modules/ms/package.json5',
    'srv/node_modules/ms/xpackage.json',
    'srv/node_modules/ms/dist/package.json',
    'srv/node_modules/.package-lock.json',
    'srv/node_modules/package.json',
    'srv/node_modules/@scope/package.json',
  ],
};
