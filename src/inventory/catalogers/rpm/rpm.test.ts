import { describe, expect, test } from 'vitest';
import { catalogRpm } from './rpm.fixture.ts';
import { makeBerkeley, makeHeader, makeNdb, makePackage, makeSqlite, makeWal, TAG } from './rpm-database.fixture.ts';

const BLOBS = [makePackage('bash', '5.2', '3.fc40', 3000), makePackage('zlib'), makePackage('a-b', '2', '1', 20_000)];
const NAMES = ['bash 5.2-3.fc40', 'zlib 1.0-1', 'a-b 2-1'];

const KINDS: readonly (readonly [string, (blobs: readonly Buffer[]) => Buffer])[] = [
  ['SQLite', (blobs) => makeSqlite(blobs)],
  ['ndb', makeNdb],
  ['Berkeley DB of a little-endian host', (blobs) => makeBerkeley(blobs, true)],
  ['Berkeley DB of a big-endian host', (blobs) => makeBerkeley(blobs, false, 4096)],
];

describe.each(KINDS)('a database of %s', (_, make) => {
  test('lists its packages and nothing else', () => {
    const { packages, problems } = catalogRpm(make(BLOBS));
    expect(packages).toEqual(NAMES);
    expect(problems).toEqual([]);
  });

  test('may be empty of packages', () => {
    expect(catalogRpm(make([]))).toEqual({ items: [], packages: [], problems: [] });
  });

  test('gives what is not damaged, and says that something is', () => {
    const damaged = makeHeader([[TAG.version, '1']]);
    const { packages, problems } = catalogRpm(make([...BLOBS.slice(0, 1), damaged, ...BLOBS.slice(1)]));
    expect(packages).toEqual(NAMES);
    expect(problems).toMatchObject([{ code: 'RPM_HEADER', path: 'var/lib/rpm/rpmdb.sqlite' }]);
  });

  test('that is cut off gives the rest and a problem', () => {
    const bytes = make(BLOBS);
    const { packages, problems } = catalogRpm(bytes.subarray(0, bytes.length - 2000));
    expect(NAMES).toEqual(expect.arrayContaining([...packages]));
    expect(packages.length).toBe(2);
    expect(problems.length).toBeGreaterThan(0);
  });
});

describe('a package', () => {
  const full = makeHeader([
    [TAG.name, 'nodejs'],
    [TAG.version, '12.22.12'],
    [TAG.release, '1.module_el8'],
    [TAG.epoch, { numbers: [1] }],
    [TAG.vendor, 'CentOS'],
    [TAG.licence, 'MIT and BSD'],
    [TAG.architecture, 'x86_64'],
    [TAG.sourceRpm, 'nodejs-12.22.12-1.module_el8.src.rpm'],
    [TAG.directoryIndexes, { numbers: [0, 1, 1] }],
    [TAG.baseNames, ['node', 'README', 'my file']],
    [TAG.directoryNames, ['/usr/bin/', '/usr/share/doc/nodejs/']],
    [TAG.modularity, 'nodejs:12:8060020220523160029:ad008a3a'],
  ]);

  test('carries epoch, source, vendor, licence, module and files', () => {
    expect(catalogRpm(makeNdb([full])).items).toEqual([
      {
        kind: 'package',
        package: {
          type: 'rpm',
          name: 'nodejs',
          version: '1:12.22.12-1.module_el8',
          architecture: 'x86_64',
          source: { name: 'nodejs', version: '12.22.12-1.module_el8' },
          licences: ['MIT and BSD'],
          vendor: 'CentOS',
          modularity: 'nodejs:12:8060020220523160029:ad008a3a',
          evidence: 'installed',
          qualifiers: { epoch: '1', upstream: 'nodejs-12.22.12-1.module_el8.src.rpm' },
        },
      },
      {
        kind: 'files',
        package: 'nodejs',
        paths: 'usr/bin/node\nusr/share/doc/nodejs/README\nusr/share/doc/nodejs/my file',
      },
    ]);
  });

  test('with epoch 0 has none', () => {
    const blob = makeHeader([
      [TAG.name, 'x'],
      [TAG.version, '1'],
      [TAG.release, '2'],
      [TAG.epoch, { numbers: [0] }],
    ]);
    expect(catalogRpm(makeNdb([blob])).items).toEqual([
      { kind: 'package', package: { type: 'rpm', name: 'x', version: '1-2', licences: [], evidence: 'installed' } },
    ]);
  });

  test('that is a key is left out', () => {
    expect(catalogRpm(makeNdb([makePackage('gpg-pubkey', 'fd431d51', '4ae0493b'), makePackage('a')]))).toMatchObject({
      packages: ['a 1.0-1'],
      problems: [],
    });
  });

  test('of old times has whole file names', () => {
    const blob = makeHeader([
      [TAG.name, 'x'],
      [TAG.version, '1'],
      [TAG.oldFileNames, ['/bin/x', '/']],
    ]);
    expect(catalogRpm(makeNdb([blob])).items[1]).toEqual({ kind: 'files', package: 'x', paths: 'bin/x' });
  });

  test('with a later entry for a tag has that one, as rpm replaces what a region said', () => {
    const blob = makeHeader([
      [TAG.name, 'x'],
      [TAG.version, '1'],
      [TAG.version, '2'],
    ]);
    expect(catalogRpm(makeNdb([blob])).packages).toEqual(['x 2']);
  });

  test('whose file list points nowhere keeps the files that can be told', () => {
    const blob = makeHeader([
      [TAG.name, 'x'],
      [TAG.version, '1'],
      [TAG.directoryIndexes, { numbers: [0, 7] }],
      [TAG.baseNames, ['a', 'b']],
      [TAG.directoryNames, ['/']],
    ]);
    const { items, problems } = catalogRpm(makeNdb([blob]));
    expect(items[1]).toEqual({ kind: 'files', package: 'x', paths: 'a' });
    expect(problems).toMatchObject([{ code: 'RPM_FILE_LIST' }]);
  });
});

describe('a write-ahead log', () => {
  const before = makeSqlite(BLOBS.slice(0, 1));
  const after = makeSqlite(BLOBS);
  const pages = after.length / 512;

  test.each([false, true])('brings committed packages, checksums big-endian: %s', (bigEndian) => {
    expect(catalogRpm(before, makeWal(after, pages, bigEndian))).toMatchObject({ packages: NAMES, problems: [] });
  });

  test('without a commit brings nothing', () => {
    expect(catalogRpm(before, makeWal(after, 0))).toMatchObject({ packages: NAMES.slice(0, 1), problems: [] });
  });

  test('of another generation brings nothing', () => {
    const stale = makeWal(after, pages);
    stale.writeUInt32BE(1, 32 + 8);
    expect(catalogRpm(before, stale).packages).toEqual(NAMES.slice(0, 1));
  });

  test('with a wrong checksum ends before that frame', () => {
    const torn = makeWal(after, pages);
    torn[torn.length - 1] = 1 ^ (torn.at(-1) ?? 0);
    expect(catalogRpm(before, torn).packages).toEqual(NAMES.slice(0, 1));
  });

  test('with other pages than the database is left out and said', () => {
    const { packages, problems } = catalogRpm(before, makeWal(Buffer.alloc(4096), 1, false, 1024));
    expect(packages).toEqual(NAMES.slice(0, 1));
    expect(problems).toMatchObject([{ code: 'RPM_WAL_PAGE_SIZE' }]);
  });

  test('can hold pages beyond the end of the file, and shorten it', () => {
    expect(catalogRpm(after, makeWal(before, before.length / 512)).packages).toEqual(NAMES.slice(0, 1));
  });

  test('alone in a layer is a problem when it holds something', () => {
    const path = 'var/lib/rpm/rpmdb.sqlite-wal';
    expect(catalogRpm(makeWal(after, pages), undefined, path).problems).toMatchObject([
      { code: 'RPM_WAL_ALONE', path },
    ]);
    expect(catalogRpm(makeWal(after, 0), undefined, path).problems).toEqual([]);
  });
});

describe('a file', () => {
  test.each([
    ['is empty', Buffer.alloc(0), 'RPM_DATABASE_EMPTY'],
    ['is none of the kinds', Buffer.from('neither here nor there'), 'RPM_DATABASE_KIND'],
    ['has no table of packages', makeSqlite(BLOBS, 'Others'), 'RPM_SQLITE_TABLE'],
    ['is SQLite in name only', Buffer.from('SQLite format 3\0'), 'RPM_SQLITE_HEADER'],
    ['is ndb in name only', Buffer.from('RpmP'), 'RPM_NDB_HEADER'],
    ['is Berkeley DB in name only', makeBerkeley([]).subarray(0, 100), 'RPM_BDB_HEADER'],
  ])('that %s is a problem', (_, bytes, code) => {
    expect(catalogRpm(bytes)).toMatchObject({ packages: [], problems: [{ code }] });
  });

  test('with pages in a circle ends', () => {
    const bytes = makeSqlite(BLOBS);
    // The root's last child becomes the root itself.
    bytes.writeUInt32BE(2, 512 + 8);
    const { packages, problems } = catalogRpm(bytes);
    expect(packages).toEqual(NAMES.slice(0, 2));
    expect(problems).toMatchObject([{ code: 'RPM_SQLITE_PAGE' }]);
  });

  test('with overflow pages in a circle ends', () => {
    const bytes = makeBerkeley([makePackage('x', '1', '1', 5000)]);
    for (let at = 1024; at < bytes.length; at += 512) bytes.writeUInt32LE(2, at + 16);
    expect(catalogRpm(bytes)).toMatchObject({ packages: [], problems: [{ code: 'RPM_BDB_ITEM' }] });
  });

  test('whose slots all name one place is read once', () => {
    const bytes = makeNdb([makePackage('x')]);
    for (let at = 64; at < 4096; at += 16) bytes.copy(bytes, at, 48, 64);
    const { packages, problems } = catalogRpm(bytes);
    expect(packages.length).toBeLessThan(60);
    expect(problems).toMatchObject([{ code: 'RPM_DATABASE_OVERLAP' }]);
  });
});

describe("a distroless image's list", () => {
  const path = 'var/lib/rpmmanifest/container-manifest-2';
  const line = (...columns: readonly string[]) => columns.join('\t');

  test('gives packages with their epochs, each once', () => {
    const zlib = line(
      'zlib',
      '1.2.13-1.cm2',
      '1',
      '1',
      'Microsoft Corporation',
      '(none)',
      '9',
      'x86_64',
      '0',
      'zlib-1.2.13-1.cm2.src.rpm',
    );
    const dns = line('bind', '9-1', '1', '1', '(none)', '32', '9', 'noarch', '32', 'bind-9-1.src.rpm');
    const { items, problems } = catalogRpm(Buffer.from(`${zlib}\n${dns}\r\n${zlib}\n\nbroken\n`), undefined, path);
    expect(items).toMatchObject([
      {
        package: {
          name: 'zlib',
          version: '1.2.13-1.cm2',
          vendor: 'Microsoft Corporation',
          source: { name: 'zlib', version: '1.2.13-1.cm2' },
        },
      },
      { package: { name: 'bind', version: '32:9-1', qualifiers: { epoch: '32' } } },
    ]);
    expect(problems).toMatchObject([{ code: 'RPM_MANIFEST_LINE', path }]);
  });
});
