import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { needs } from '../../../../test/harness/skip.ts';
import { catalogRpm } from './rpm.fixture.ts';

const FORMAT =
  '%{NAME}|%{EPOCHNUM}|%{VERSION}-%{RELEASE}|%{ARCH}|%{SOURCERPM}|%{LICENSE}|%{VENDOR}|%{MODULARITYLABEL}\\n';

// Debian's rpm is built without ndb; databases of that kind are in rpm.test.ts and rpm-reference.test.ts.

/** One source package and 60 packages from it, with epochs, tildes, long changelogs and files. */
function spec(): string {
  const head = [
    'Name: base-source',
    'Version: 1.0',
    'Release: 7%{?dist}',
    'Summary: s',
    'License: MIT',
    'BuildArch: noarch',
  ];
  const packages = Array.from({ length: 60 }, (_, index) => [
    `%package -n tool-${index}`,
    'Summary: a tool',
    `Version: ${index}.2~rc${index}`,
    `Release: ${index}.el9^git1`,
    ...(index % 3 === 0 ? [`Epoch: ${index}`] : []),
    ...(index % 2 === 0 ? ['Vendor: Makers, Inc.'] : []),
    `%description -n tool-${index}`,
    'x'.repeat(index * 700),
    `%files -n tool-${index}`,
    `/opt/tool/${index}`,
  ]);
  const install = [
    '%install',
    'for i in $(seq 0 59); do mkdir -p %{buildroot}/opt/tool/$i/bin; echo $i > %{buildroot}/opt/tool/$i/bin/run; done',
  ];
  return [...head, '%description', 'd', ...packages.flat().filter((line) => line !== ''), ...install, ''].join('\n');
}

// Other programs run here, on hosts that may be busy.
vi.setConfig({ testTimeout: 60_000 });

/** rpm only reads Berkeley DB any more; Perl's standard library writes it. */
const canWriteBerkeley = spawnSync('perl', ['-MDB_File', '-e', '1']).status === 0;

needs(
  'rpm',
  'rpmbuild',
  'sqlite3',
  'python3',
  'perl',
)('databases that rpm itself wrote', () => {
  let work = '';
  let packages: readonly string[] = [];
  let sqlite = '';

  const run = (program: string, ...args: readonly string[]) =>
    execFileSync(program, args, { encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'], maxBuffer: 1 << 28 });
  const rpm = (backend: string, directory: string, ...args: readonly string[]) =>
    run('rpm', '--define', `_db_backend ${backend}`, '--dbpath', directory, ...args);

  beforeAll(() => {
    work = mkdtempSync(join(tmpdir(), 'holdfast-rpm-'));
    writeFileSync(join(work, 'base.spec'), spec());
    run('rpmbuild', '-bb', '--quiet', '--define', `_topdir ${work}/build`, join(work, 'base.spec'));
    const built = join(work, 'build/RPMS/noarch');
    packages = run('ls', built)
      .trim()
      .split('\n')
      .map((name) => join(built, name));
    sqlite = install('sqlite');
  }, 60_000);
  afterAll(() => rmSync(work, { recursive: true, force: true }));

  /** A database with all packages, some of them erased again. */
  const install = (backend: string): string => {
    const directory = mkdtempSync(join(work, `${backend}-`));
    rpm(backend, directory, '--initdb');
    rpm(backend, directory, '-i', '--justdb', '--nodeps', '--nodigest', ...packages);
    const erased = [3, 30, 31, 59].map((index) => `tool-${index}`);
    rpm(backend, directory, '-e', '--justdb', '--nodeps', ...erased);
    return directory;
  };
  const linesOfRpm = (backend: string, directory: string) =>
    rpm(backend, directory, '-qa', '--qf', FORMAT).trimEnd().split('\n').sort();
  const filesOfRpm = (backend: string, directory: string) =>
    rpm(backend, directory, '-qa', '--qf', '[%{=NAME} %{FILENAMES}\\n]').trimEnd().split('\n').sort();
  const compare = (backend: string, directory: string, bytes: Buffer, wal?: Buffer) => {
    const { items, problems } = catalogRpm(bytes, wal);
    expect(problems).toEqual([]);
    const lines = items.flatMap((item) => {
      if (item.kind !== 'package') return [];
      const { name, version, architecture, qualifiers, licences, vendor, modularity } = item.package;
      const [, epoch = '0', rest = ''] = /^(?:(\d+):)?(.*)$/.exec(version) ?? [];
      const told = [qualifiers?.['upstream'], licences[0], vendor, modularity].map((text) => text ?? '(none)');
      return [[name, epoch, rest, architecture, ...told].join('|')];
    });
    expect(lines.sort()).toEqual(linesOfRpm(backend, directory));
    expect(lines).toHaveLength(packages.length - 4);
    const files = items.flatMap((item) =>
      item.kind === 'files' ? item.paths.split('\n').map((path) => `${item.package} /${path}`) : [],
    );
    expect(files.sort()).toEqual(filesOfRpm(backend, directory));
  };

  test('SQLite', () => {
    compare('sqlite', sqlite, readFileSync(join(sqlite, 'rpmdb.sqlite')));
  });

  test('SQLite with everything since the first package still in the write-ahead log', () => {
    const directory = mkdtempSync(join(work, 'wal-'));
    const file = join(directory, 'rpmdb.sqlite');
    rpm('sqlite', directory, '--initdb');
    // A second connection holds an old snapshot, so that closing the first cannot move the log into the file.
    const script = `
      import sqlite3, shutil
      keep = sqlite3.connect('${file}'); keep.isolation_level = None
      keep.execute('BEGIN'); keep.execute('SELECT count(*) FROM Packages').fetchall()
      db = sqlite3.connect('${file}'); db.isolation_level = None
      db.execute('PRAGMA journal_mode = WAL'); db.execute('PRAGMA wal_autocheckpoint = 0')
      db.execute("ATTACH '${sqlite}/rpmdb.sqlite' AS f")
      for row in db.execute('SELECT hnum, blob FROM f.Packages').fetchall():
          db.execute('INSERT INTO Packages VALUES (?, ?)', row)
      for name in ('rpmdb.sqlite', 'rpmdb.sqlite-wal'):
          shutil.copyfile('${directory}/' + name, '${work}/copy-' + name)
    `;
    run('python3', '-c', script.replace(/^ {6}/gm, ''));
    const bytes = readFileSync(join(work, 'copy-rpmdb.sqlite'));
    const wal = readFileSync(join(work, 'copy-rpmdb.sqlite-wal'));
    expect(catalogRpm(bytes).packages).toEqual([]);
    compare('sqlite', sqlite, bytes, wal);
  });

  const title = `Berkeley DB in byte order %s${canWriteBerkeley ? '' : ' (skipped: perl has no DB_File)'}`;
  describe.skipIf(!canWriteBerkeley).each(['1234', '4321'])(title, (order) => {
    test('rpm and we read the same', () => {
      const directory = mkdtempSync(join(work, 'bdb-'));
      const dump = join(directory, 'dump');
      run('sqlite3', join(sqlite, 'rpmdb.sqlite'), `.output ${dump}`, 'SELECT hnum, hex(blob) FROM Packages');
      const script = `
        use DB_File; use Fcntl;
        my $kind = new DB_File::HASHINFO; $kind->{lorder} = ${order}; $kind->{bsize} = 4096;
        my %db; tie(%db, 'DB_File', '${directory}/Packages', O_CREAT | O_RDWR, 0644, $kind) or die $!;
        my $number = ${order} == 1234 ? 'V' : 'N';
        $db{pack($number, 0)} = pack($number, 9999);
        open(my $in, '<', '${dump}') or die $!;
        while (<$in>) { chomp; my ($key, $hex) = split /\\|/; $db{pack($number, $key)} = pack('H*', $hex); }
        untie %db;`;
      run('perl', '-e', script);
      compare('bdb_ro', directory, readFileSync(join(directory, 'Packages')));
    });
  });
});
