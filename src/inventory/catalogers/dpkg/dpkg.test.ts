import { expect, it } from 'vitest';
import { dpkg } from './index.ts';

function read(text: string, path = 'var/lib/dpkg/status') {
  const codes: string[] = [];
  const context = { beside: () => undefined, problem: (problem: { code: string }) => void codes.push(problem.code) };
  const items = [...dpkg.catalog({ path, mode: 0o644, bytes: Buffer.from(text) }, context)];
  const found = items.flatMap((item) => (item.kind === 'package' ? [item.package] : []));
  return { items, found, codes };
}

const stanza = (lines: string) =>
  `Package: a\nArchitecture: amd64\nVersion: 1:2.0-1+b1\n${lines}Description: x\n y\n .\n`;

it.each([
  ['install ok installed', true],
  ['hold ok installed', true],
  ['install reinstreq half-installed', true],
  ['install ok unpacked', true],
  ['install ok half-configured', true],
  ['install ok triggers-awaited', true],
  ['install ok triggers-pending', true],
  ['Install OK Installed', true],
  ['install   ok\tinstalled', true],
  ['deinstall ok config-files', false],
  ['purge ok not-installed', false],
  ['installed', false],
  ['', false],
])('counts a package whose status is %j: %s', (status, counts) => {
  const { found, codes } = read(stanza(`Status: ${status}\n`));
  expect(found.map(({ name }) => name)).toEqual(counts ? ['a'] : []);
  expect(codes).toEqual([]);
});

it('takes the source package and its version from Source, and what it leaves out from the package', () => {
  const source = (field: string) => read(stanza(`Status: install ok installed\n${field}`)).found[0]?.source;
  expect(source('')).toEqual({ name: 'a', version: '1:2.0-1+b1' });
  expect(source('Source: b\n')).toEqual({ name: 'b', version: '1:2.0-1+b1' });
  expect(source('Source: b (2.0-1)\n')).toEqual({ name: 'b', version: '2.0-1' });
  expect(source('Source: (2.0-1)\n')).toEqual({ name: 'a', version: '2.0-1' });
  expect(source('Source: b (2.0-1\n')).toEqual({ name: 'b', version: '2.0-1' });
});

it('reads names of fields in any case and package names in lower case, as dpkg does', () => {
  const text =
    'package: LibFoo\nSTATUS: install ok installed\nversion :\t7 \nsource: Bar\nMaintainer: M <m@example.org>\n';
  expect(read(`\n\n${text}\n\n${text.replace('LibFoo', 'other')}`).found).toMatchObject([
    { name: 'libfoo', version: '7', source: { name: 'Bar', version: '7' }, vendor: 'M <m@example.org>' },
    { name: 'other' },
  ]);
});

it('reports packages that are there and have no name, no version, or control characters, and goes on', () => {
  const installed = 'Status: install ok installed\n';
  const good = `Package: good\n${installed}Version: 1\n`;
  for (const bad of [
    `${installed}Version: 1\n`,
    `Package: a\n${installed}`,
    `Package: a\u001b[2J\n${installed}Version: 1\n`,
    `Package: a\n${installed}Version: 1\u0000\n`,
    `Package: a\n${installed}Version: 1\nSource: ${'x'.repeat(20_000)}\n`,
  ]) {
    const { found, codes } = read(`${bad}\n${good}`);
    expect(found.map(({ name }) => name)).toEqual(['good']);
    expect(codes).toEqual(['DPKG_STANZA_INVALID']);
  }
});

it('reads distroless images’ packages, which have no status, and the files they own', () => {
  expect(read('Package: tzdata\nVersion: 2024a\n', 'var/lib/dpkg/status.d/tzdata').found).toHaveLength(1);
  const sums = `${'0'.repeat(32)}  usr/share/zoneinfo/UTC\n${'1'.repeat(32)}  ./usr/share/a b\n`;
  expect(read(sums, 'var/lib/dpkg/status.d/tzdata.md5sums').items).toEqual([
    { kind: 'files', package: 'tzdata', paths: 'usr/share/zoneinfo/UTC\nusr/share/a b' },
  ]);
});

it('names the owner of listed files without its architecture', () => {
  expect(read('/.\n/usr\n/usr/bin/x\n', 'var/lib/dpkg/info/libc6:amd64.list').items).toEqual([
    { kind: 'files', package: 'libc6', paths: '.\nusr\nusr/bin/x' },
  ]);
});

it('reads a file of millions of lines that are no fields in one pass', () => {
  expect(read('x\n'.repeat(3_000_000))).toEqual({ items: [], found: [], codes: [] });
});
