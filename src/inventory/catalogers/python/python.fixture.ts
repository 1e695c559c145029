import type { CatalogerFixture } from '#inventory/catalogers/cataloger.fixture.ts';
import { python } from './index.ts';

const METADATA = `Metadata-Version: 2.1
Name: zope.interface
Version: 5.4.0
Summary: Interfaces
Author: Jürgen
License: ZPL 2.1
Classifier: License :: OSI Approved :: Zope Public License
Classifier: Programming Language :: Python
Description: first
        second

A long text.
Name: none
`;
const DIST_PACKAGES = 'usr/lib/python3/dist-packages';
const PKG_INFO = 'Metadata-Version: 1.0\nName: python-apt\nVersion: 2.6.0\nLicense: UNKNOWN\n';

export const pythonFixture: CatalogerFixture = {
  cataloger: python,
  files: [
    { path: `${DIST_PACKAGES}/zope.interface-5.4.0.dist-info/METADATA`, bytes: Buffer.from(METADATA), packages: 1 },
    { path: `${DIST_PACKAGES}/python_apt-2.6.0.egg-info`, bytes: Buffer.from(PKG_INFO), packages: 1 },
    { path: 'srv/foo.egg-info/PKG-INFO', bytes: Buffer.from(PKG_INFO.replaceAll('\n', '\r\n')), packages: 1 },
    { path: 'opt/a-1.0-py3.11.egg/EGG-INFO/PKG-INFO', bytes: Buffer.from(`\uFEFF${PKG_INFO}`), packages: 1 },
  ],
  nearMisses: [
    `${DIST_PACKAGES}/a-1.dist-info/METADATA.bak`,
    `${DIST_PACKAGES}/a-1.dist-info/metadata`,
    `${DIST_PACKAGES}/a-1.dist-info/RECORD`,
    `${DIST_PACKAGES}/a-1.dist-infox/METADATA`,
    `${DIST_PACKAGES}/~-1.dist-info/METADATA`,
    `${DIST_PACKAGES}/a.egg-info/requires.txt`,
    `${DIST_PACKAGES}/a.egg-link`,
    'src/PKG-INFO',
    '.egg-info',
  ],
};
