import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { apkFixture } from '#inventory/catalogers/apk/apk.fixture.ts';
import { debianCopyrightFixture } from '#inventory/catalogers/debian-copyright/debian-copyright.fixture.ts';
import { dpkgFixture } from '#inventory/catalogers/dpkg/dpkg.fixture.ts';
import { goBinaryFixture } from '#inventory/catalogers/go-binary/go-binary.fixture.ts';
import { CATALOGERS, EXECUTABLE_CATALOGERS } from '#inventory/catalogers/list.ts';
import { npmInstalledFixture } from '#inventory/catalogers/npm-installed/npm-installed.fixture.ts';
import { npmLockFixture } from '#inventory/catalogers/npm-lock/npm-lock.fixture.ts';
import { osReleaseFixture } from '#inventory/catalogers/os-release/os-release.fixture.ts';
import { passwdFixture } from '#inventory/catalogers/passwd/passwd.fixture.ts';
import { pythonFixture } from '#inventory/catalogers/python/python.fixture.ts';
import { rpmFixture } from '#inventory/catalogers/rpm/rpm.fixture.ts';
import { compileMatches } from '#inventory/matcher.ts';
import { CATALOGERS_FOLDER, catalogerSuite, executableSuite } from '../conformance/cataloger-suite.ts';
import { itemSchema } from '../conformance/item-schema.ts';

const FIXTURES = [
  apkFixture,
  debianCopyrightFixture,
  dpkgFixture,
  npmInstalledFixture,
  npmLockFixture,
  osReleaseFixture,
  passwdFixture,
  pythonFixture,
  rpmFixture,
];
const EXECUTABLE_FIXTURES = [goBinaryFixture];

describe('the list of catalogers', () => {
  const ids = [...CATALOGERS, ...EXECUTABLE_CATALOGERS].map(({ id }) => id);

  it('names every folder once, and each has fixtures', () => {
    const folders = readdirSync(CATALOGERS_FOLDER, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect([...ids].sort()).toEqual(folders.map(({ name }) => name).sort());
    const tried = [...FIXTURES, ...EXECUTABLE_FIXTURES].map(({ cataloger }) => cataloger.id);
    expect(tried.sort()).toEqual([...ids].sort());
  });

  it('gives each file to its cataloger alone', () => {
    const matches = compileMatches(CATALOGERS);
    for (const { cataloger, files } of FIXTURES) {
      for (const { path } of files) expect([path, matches(path).map(({ id }) => id)]).toEqual([path, [cataloger.id]]);
    }
  });
});

describe('the shape of items', () => {
  const good = { type: 'deb', name: 'a', version: '1', licences: [], evidence: 'installed' };
  const accepts = (change: object) =>
    itemSchema.safeParse({ kind: 'package', package: { ...good, ...change } }).success;

  it('takes a good one, and notices control characters, empty and endless texts, and unknown keys', () => {
    expect(accepts({})).toBe(true);
    const bad = [
      { name: 'a\u0000' },
      { version: '' },
      { licences: ['\u001b[2J'] },
      { vendor: 'x'.repeat(20_000) },
      { x: 1 },
    ];
    for (const change of bad) expect([change, accepts(change)]).toEqual([change, false]);
  });
});

for (const fixture of FIXTURES) catalogerSuite(fixture);
for (const fixture of EXECUTABLE_FIXTURES) executableSuite(fixture);
