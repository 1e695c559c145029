import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { catalogRpm } from './rpm.fixture.ts';

const DATA = join(import.meta.dirname, '../../../../../shared/data/pkgdb');
const missing = !existsSync(DATA);
const title = (text: string) => (missing ? `${text} (skipped: ../shared/data is not there)` : text);

interface Expected {
  readonly epoch: number | null;
  readonly name: string;
  readonly version: string;
  readonly release: string;
  readonly arch: string;
  readonly sourceRpm: string;
  readonly license: string;
  readonly vendor: string;
  readonly modularityLabel: string;
}

/** All that the list says of a package, on a line. */
function lineOf(expected: Expected): string {
  const epoch = expected.epoch ? `${expected.epoch}:` : '';
  const { name, version, release, arch, sourceRpm, license, vendor, modularityLabel } = expected;
  return [name, `${epoch}${version}-${release}`, arch, sourceRpm, license, vendor, modularityLabel].map(told).join('|');
}

function told(text: string | undefined): string {
  return text === undefined || text === '(none)' ? '' : text;
}

function cataloged(bytes: Buffer): { readonly lines: readonly string[]; readonly problems: readonly unknown[] } {
  const { items, problems } = catalogRpm(bytes);
  const lines = items.flatMap((item) => {
    if (item.kind !== 'package') return [];
    const { name, version, architecture, qualifiers, licences, vendor, modularity } = item.package;
    return [
      [name, version, architecture, qualifiers?.['upstream'], licences[0], vendor, modularity].map(told).join('|'),
    ];
  });
  return { lines: lines.sort(), problems };
}

interface Reference {
  readonly packageTests: readonly { readonly file: string; readonly pkgList: string; readonly present: boolean }[];
  readonly lists: Readonly<Record<string, readonly Expected[]>>;
}

function reference(): Reference {
  return JSON.parse(readFileSync(join(DATA, 'go-rpmdb/expect.json'), 'utf8')) as Reference;
}

function expectedLines(list: string): readonly string[] {
  const packages = reference().lists[list] ?? [];
  return packages
    .filter(({ name }) => name !== 'gpg-pubkey')
    .map(lineOf)
    .sort();
}

describe.skipIf(missing)(title('databases rebuilt from published lists'), () => {
  const files = missing ? [] : readdirSync(join(DATA, 'rpm-made')).sort();
  test.each(files)('%s is read as its list says', (file) => {
    const { lines, problems } = cataloged(gunzipSync(readFileSync(join(DATA, 'rpm-made', file))));
    expect(lines).toEqual(expectedLines(file.replace('.rpmdb.sqlite.gz', '')));
    expect(lines.length).toBeGreaterThan(10);
    expect(problems).toEqual([]);
  });
});

describe.skipIf(missing)(title('databases of real images'), () => {
  const tests = missing ? [] : reference().packageTests.filter(({ present }) => present);
  test.each(tests)('$file is read as its list says', ({ file, pkgList }) => {
    const { lines, problems } = cataloged(readFileSync(join(DATA, 'go-rpmdb', file)));
    expect(lines).toEqual(expectedLines(pkgList));
    expect(problems).toEqual([]);
  });

  test.each([
    ['cbl-mariner-2.0/rpmdb.sqlite', 'cbl-mariner-2.0/rpm-qa-rpmdb.sqlite.tsv'],
    ['libuuid/Packages', 'libuuid/rpm-qa-Packages.tsv'],
  ])('%s is read as rpm -qa printed it', (file, list) => {
    const { lines, problems } = cataloged(readFileSync(join(DATA, 'go-rpmdb/testdata', file)));
    const printed = readFileSync(join(DATA, 'go-rpmdb/testdata', list), 'utf8')
      .trimEnd()
      .split('\n');
    const expected = printed.map((line) => {
      const [name = '', epoch, version = '', release = '', arch = '', sourceRpm = '', vendor = '', license = ''] =
        line.split('\t');
      const number = epoch === '(none)' ? null : Number(epoch);
      const modularityLabel = line.split('\t')[8] ?? '';
      return lineOf({ name, epoch: number, version, release, arch, sourceRpm, vendor, license, modularityLabel });
    });
    expect(lines).toEqual(expected.filter((line) => !line.startsWith('gpg-pubkey|')).sort());
    expect(problems).toEqual([]);
  });
});
