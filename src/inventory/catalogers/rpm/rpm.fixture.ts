import type { Problem } from '#core/errors.ts';
import type { CatalogerFixture } from '#inventory/catalogers/cataloger.fixture.ts';
import type { Item } from '#inventory/package.ts';
import { rpm } from './index.ts';
import { makeBerkeley, makeNdb, makePackage, makeSqlite, makeWal } from './rpm-database.fixture.ts';

export interface Cataloged {
  readonly items: readonly Item[];
  /** `name version`, in the database's order. */
  readonly packages: readonly string[];
  readonly problems: readonly Problem[];
}

/** Runs the cataloger over a database, with its write-ahead log if there is one. */
export function catalogRpm(bytes: Buffer, wal?: Buffer, path = 'var/lib/rpm/rpmdb.sqlite'): Cataloged {
  const problems: Problem[] = [];
  const items = [
    ...rpm.catalog(
      { path, mode: 0o644, bytes },
      {
        problem: (problem) => problems.push(problem),
        beside: (ending) =>
          ending === '-wal' && wal !== undefined ? { path: path + ending, mode: 0o644, bytes: wal } : undefined,
      },
    ),
  ];
  const packages = items.flatMap((item) =>
    item.kind === 'package' ? [`${item.package.name} ${item.package.version}`] : [],
  );
  return { items, packages, problems };
}

const BLOBS = ['bash', 'openssl-libs', 'zlib'].map((name, index) => makePackage(name, '1.2', '3.el9', index * 200));
const LINE =
  'zlib\t1.3.1-1.azl3\t1730000000\t1720000000\tMicrosoft Corporation\t(none)\t90000\tx86_64\t0\tzlib-1.3.1-1.azl3.src.rpm\n';

export const rpmFixture: CatalogerFixture = {
  cataloger: rpm,
  files: [
    { path: 'var/lib/rpm/rpmdb.sqlite', bytes: makeSqlite(BLOBS), packages: 3 },
    {
      path: 'usr/lib/sysimage/rpm/rpmdb.sqlite',
      bytes: makeSqlite(BLOBS),
      beside: { '-wal': makeWal(makeSqlite([...BLOBS, makePackage('new')]), 1) },
      packages: 4,
    },
    { path: 'usr/lib/sysimage/rpm/Packages.db', bytes: makeNdb(BLOBS), packages: 3 },
    { path: 'var/lib/rpm/Packages', bytes: makeBerkeley(BLOBS), packages: 3 },
    { path: 'usr/share/rpm/Packages', bytes: makeBerkeley(BLOBS, false, 1024), packages: 3 },
    { path: 'var/lib/rpmmanifest/container-manifest-2', bytes: Buffer.from(LINE), packages: 1 },
  ],
  nearMisses: [
    'var/lib/rpm/rpmdb.sqlite-shm',
    'var/lib/rpm/Packages.bak',
    'var/lib/rpm/packages',
    'mnt/var/lib/rpm/Packages',
    'var/lib/rpmmanifest/container-manifest-1',
    'lib/rpm/Packages',
  ],
};
