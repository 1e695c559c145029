import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ScanReport } from '#api/scan-report.ts';
import { almaImage, alpineImage, derivativeImage, rockyImage } from '../fakes/planted/apk-and-rpm-images.ts';
import { debianImage } from '../fakes/planted/debian-image.ts';
import { plantAdvisories } from '../fakes/planted/plant.ts';
import { type Bench, startBench, TEST_EPOCH } from '../harness/holdfast.ts';
import { findTool } from '../harness/tool.ts';

const IMAGES: Readonly<Record<string, () => Buffer>> = {
  debian: debianImage,
  'alpine-3.19': () => alpineImage('3.19'),
  'alpine-3.18': () => alpineImage('3.18'),
  alma: almaImage,
  rocky: rockyImage,
  derivative: derivativeImage,
};

/** A finding in one line: ids, package, severity and its source, fixes or why there are none, what was compared. */
function findingLine(found: ScanReport['findings'][number]): string {
  const { id, aliases, package: where, severity, severitySource, fixedVersions, fixState, because } = found;
  return [
    [id, ...aliases].join('='),
    `${where.name}@${where.version}`,
    `${severity}(${severitySource})`,
    fixedVersions.length > 0 ? `fixed in ${fixedVersions.join(' and ')}` : (fixState ?? 'no fix'),
    because.map((one) => `${one.advisory}: ${one.package} ${one.comparison}`).join('; '),
  ].join(' | ');
}

const absenceLine = ({ id, purl, state, reason }: ScanReport['absences'][number]) =>
  `${id} | ${purl.replace(/\?.*/, '')} | ${state} | ${reason}`;
const coverageLine = ({ subject, state, packages, reason }: ScanReport['coverage'][number]) =>
  `${subject} | ${state} | ${packages} | ${reason}`;
const packageNamed = (report: ScanReport, name: string) => report.packages.filter((found) => found.name === name);

describe('planted packages and advisories', () => {
  let bench: Bench;

  beforeAll(async () => {
    bench = startBench();
    for (const [name, make] of Object.entries(IMAGES)) writeFileSync(bench.path(`${name}.tar`), make());
    const from = plantAdvisories(bench.directory);
    const built = await bench.run(['db', 'build', '--from', ...from, '--out', 'advisories.db']);
    expect(built).toMatchObject({ code: 0, stderr: '' });
  });
  afterAll(() => bench.remove());

  async function text(image: string, ...more: readonly string[]): Promise<string> {
    const named = ['scan', `docker-archive:${image}.tar`, '--advisories', 'advisories.db'];
    const ran = await bench.run([...named, ...more]);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    return ran.stdout;
  }
  const scan = async (image: string): Promise<ScanReport> =>
    JSON.parse(await text(image, '--explain', '--format', 'json'));

  test('the file says what it holds', async () => {
    const { code, stdout } = await bench.run(['db', 'status', '--advisories', 'advisories.db', '--format', 'json']);
    const status = JSON.parse(stdout);
    expect(code).toBe(0);
    expect(status).toMatchObject({ kind: 'full', builtAt: '2024-07-01T00:00:00.000Z', records: 79, ageMs: 0 });
    const records = Object.entries<{ records: number }>(status.ecosystems).map(([name, held]) => [name, held.records]);
    expect(Object.fromEntries(records)).toEqual({
      'AlmaLinux:9': 5,
      'Alpine:v3.19': 4,
      'Alpine:v3.20': 1,
      Debian: 1,
      'Debian:11': 1,
      'Debian:12': 25,
      'Debian:13': 22,
      Go: 6,
      PyPI: 4,
      'Rocky Linux:9': 2,
      npm: 8,
    });
  });

  test('Debian, Python, npm and Go: exactly these findings, the known exploited first', async () => {
    const report = await scan('debian');
    expect(report.findings.map(findingLine)).toEqual([
      'CVE-2023-10020 | exploited@1.0-1 | low(debian) | fixed in 1.0-2 | CVE-2023-10020: exploited 1.0-1 < 1.0-2',
      'CVE-2023-40002=GHSA-cccc-cccc-0002=GO-2023-9002 | example.com/dep@v1.2.3 | critical(cvss:3.1) | fixed in 1.2.4 | GO-2023-9002: example.com/dep v1.2.3 < 1.2.4',
      'CVE-2023-10001 | vulnerable@1.2-3 | high(debian) | fixed in 1.2-4 | CVE-2023-10001: vulnerable 1.2-3 < 1.2-4',
      'CVE-2023-30001=GHSA-bbbb-bbbb-0001 | nested@4.17.15 | high(ghsa) | fixed in 4.17.20 | GHSA-bbbb-bbbb-0001: nested 4.17.15 < 4.17.20',
      // By EPSS among equals, then by id.
      'CVE-2023-10010 | rebuilt@3.0-2+b1 | medium(debian) | fixed in 3.0-2+a1 | CVE-2023-10010: rebuilt 3.0-2 < 3.0-2+a1',
      'CVE-2023-10014 | open@1.0-1 | medium(debian) | open | CVE-2023-10014: open 1.0-1 (no fix)',
      'CVE-2023-10007 | libdiffer5@5.36.0-7 | medium(debian) | fixed in 1.10-3 | CVE-2023-10007: differ 1.10-2 < 1.10-3',
      'CVE-2023-20001=GHSA-aaaa-aaaa-0001=PYSEC-2023-9001 | planted@1.26.12 | medium(ghsa) | fixed in 1.26.17 and 2.0.6 | CVE-2023-20001: planted 1.26.12 < 1.26.17; GHSA-aaaa-aaaa-0001: planted 1.26.12 < 1.26.17; PYSEC-2023-9001: planted 1.26.12 is listed',
      'CVE-2023-30002=GHSA-bbbb-bbbb-0002 | @planted/inclusive@1.5.0 | medium(ghsa) | no fix | GHSA-bbbb-bbbb-0002: @planted/inclusive 1.0.0 <= 1.5.0 <= 1.5.0',
      'CVE-2023-30006 | related@1.0.0 | medium(cve) | fixed in 1.0.2 | CVE-2023-30006: related 1.0.0 < 1.0.2',
      'GHSA-bbbb-bbbb-0003 | early@2.0.0-rc.1 | medium(ghsa) | fixed in 2.0.0 | GHSA-bbbb-bbbb-0003: early 2.0.0-rc.1 < 2.0.0',
      'GHSA-bbbb-bbbb-0004 | listed@1.1.0 | medium(ghsa) | no fix | GHSA-bbbb-bbbb-0004: listed 1.1.0 is listed',
      'GHSA-bbbb-bbbb-0006 | related@1.0.0 | medium(ghsa) | fixed in 1.0.1 | GHSA-bbbb-bbbb-0006: related 1.0.0 < 1.0.1',
      'CVE-2023-10012 | epoch@1:1.0-1 | low(debian) | fixed in 1:1.1-1 | CVE-2023-10012: epoch 1:1.0-1 < 1:1.1-1',
      'CVE-2023-10013 | candidate@2.0~rc1-1 | low(debian) | fixed in 2.0-1 | CVE-2023-10013: candidate 2.0~rc1-1 < 2.0-1',
      'CVE-2023-10019 | unimportant@1.0-1 | negligible(debian) | open | CVE-2023-10019: unimportant 1.0-1 (no fix)',
      'CVE-2023-10015 | nodsa@1.0-1 | unknown(none) | no-dsa | CVE-2023-10015: nodsa 1.0-1 (no fix)',
      'CVE-2023-10016 | postponed@1.0-1 | unknown(none) | postponed | CVE-2023-10016: postponed 1.0-1 (no fix)',
      'CVE-2023-10017 | ignored@1.0-1 | unknown(none) | ignored | CVE-2023-10017: ignored 1.0-1 (no fix)',
      'CVE-2023-10018 | ended@1.0-1 | unknown(none) | end-of-life | CVE-2023-10018: ended 1.0-1 (no fix)',
      'CVE-2023-10021=DSA-9001-1 | bulletin@1.0-1 | unknown(none) | fixed in 1.0-2 | DSA-9001-1: bulletin 1.0-1 < 1.0-2',
      'CVE-2023-10022=DSA-9001-1 | bulletin@1.0-1 | unknown(none) | fixed in 1.0-2 | DSA-9001-1: bulletin 1.0-1 < 1.0-2',
      'CVE-2023-20002=PYSEC-2023-9002 | Planted.Name@1.0 | unknown(none) | fixed in 1.0.post1 | PYSEC-2023-9002: planted-name 1.0 < 1.0.post1',
      'CVE-2023-40001=GO-2023-9001 | stdlib@1.21.3 | unknown(none) | fixed in 1.21.4 | GO-2023-9001: stdlib 1.21.0-0 <= 1.21.3 < 1.21.4',
      'GO-2023-9005 | example.com/fork@v1.5.0 | unknown(none) | fixed in 1.6.0 | GO-2023-9005: example.com/fork v1.5.0 < 1.6.0',
      'GO-2023-9006 | example.com/untagged@v0.0.0-20220101000000-aaaaaaaaaaaa | unknown(none) | fixed in 0.0.0-20220202000000-bbbbbbbbbbbb | GO-2023-9006: example.com/untagged v0.0.0-20220101000000-aaaaaaaaaaaa < 0.0.0-20220202000000-bbbbbbbbbbbb',
    ]);
    expect(report.problems).toEqual([]);
  });

  test('every other advisory on these packages is explained', async () => {
    const { absences } = await scan('debian');
    expect(absences.map(absenceLine)).toEqual([
      'CVE-2023-10002 | pkg:deb/debian/backported@2.0-1%2Bdeb12u2 | fixed | 2.0-1+deb12u1 <= 2.0-1+deb12u2',
      'CVE-2023-10011 | pkg:deb/debian/epoch@1:1.0-1 | fixed | 2.0-1 <= 1:1.0-1',
      'CVE-2023-10009 | pkg:deb/debian/libdiffer5@5.36.0-7 | fixed | 1.10-2 <= 1.10-2',
      'CVE-2023-20001 | pkg:deb/debian/python3-owned@1.26.12-1 | fixed | 1.26.12-1 <= 1.26.12-1',
      'DEBIAN-CVE-2023-10004 | pkg:deb/debian/retracted@1.0-1 | withdrawn | withdrawn on 2023-05-06',
      'CVE-2023-10003 | pkg:deb/debian/unaffected@3.0-1 | not-affected | debian-tracker says that no version is affected',
      'CVE-2023-10005 | pkg:deb/debian/undetermined@1.0-1 | undetermined | debian-tracker has not determined it',
      'DEBIAN-CVE-2023-10006 | pkg:deb/debian/unordered-advisory@1.0-1 | not-comparable | "1.0 beta" is no version that can be ordered',
      'GHSA-bbbb-bbbb-0007 | pkg:npm/fresh@1.0.0 | withdrawn | withdrawn on 2023-07-08',
      'GHSA-bbbb-bbbb-0005 | pkg:npm/limited@1.2.0 | fixed | 1.2.0 is not below 1.2.0',
      'GHSA-bbbb-bbbb-0001 | pkg:npm/nested@4.17.21 | fixed | 4.17.20 <= 4.17.21',
    ]);
  });

  test('what could not be compared is listed without being asked for', async () => {
    const report: ScanReport = JSON.parse(await text('debian', '--format', 'json'));
    expect(report.absences.map(({ id, state }) => `${id} ${state}`)).toEqual(['DEBIAN-CVE-2023-10006 not-comparable']);
    expect(await text('debian')).toContain('DEBIAN-CVE-2023-10006');
  });

  test('coverage speaks for every package', async () => {
    const { coverage, packages } = await scan('debian');
    expect(coverage.map(coverageLine)).toEqual([
      'Debian:12 | covered | 20 | 25 records compared',
      "Debian:12 | no-data | 1 | published by a third party, which the distribution's advisories do not cover",
      'Debian:12 | not-comparable | 1 | the version cannot be ordered',
      'Go | covered | 4 | 6 records compared',
      'Go | not-comparable | 1 | built from a commit: the version says nothing about releases',
      'PyPI | covered | 2 | 4 records compared',
      'PyPI | covered | 1 | files of OS packages: 25 records compared',
      'npm | covered | 8 | 8 records compared',
    ]);
    expect(coverage.reduce((sum, line) => sum + line.packages, 0)).toBe(packages.length);
  });

  test('exploitation comes from KEV and EPSS', async () => {
    const { findings } = await scan('debian');
    const told = findings.filter(({ epss, knownExploitedSince }) => epss ?? knownExploitedSince);
    expect(told.map(({ id, epss, knownExploitedSince }) => [id, knownExploitedSince, epss])).toEqual([
      ['CVE-2023-10020', '2023-06-15', { score: 0.91, percentile: 0.99, date: '2023-06-30' }],
      ['CVE-2023-10010', undefined, { score: 0.5, percentile: 0.95, date: '2023-06-30' }],
      ['CVE-2023-10014', undefined, { score: 0.25, percentile: 0.9, date: '2023-06-30' }],
    ]);
  });

  test('packages are whose they are: layer, instruction, base or app, owner', async () => {
    const report = await scan('debian');
    expect(report.target).toMatchObject({
      kind: 'docker-archive',
      reference: 'debian.tar',
      platform: 'linux/amd64',
      verified: 'digests',
      tags: ['planted:1'],
      layers: 4,
      os: { id: 'debian', versionId: '12', name: 'Debian GNU/Linux 12 (bookworm)' },
      base: { layers: 1, method: 'history' },
    });
    const [owned, free, ...others] = packageNamed(report, 'planted');
    expect(others).toEqual([]);
    expect(owned).toMatchObject({
      owner: 'base',
      ownedBy: 'pkg:deb/debian/python3-owned@1.26.12-1?arch=amd64&distro=debian-12',
      layer: { index: 0, instruction: 'ADD file:0123 in /' },
      locations: ['usr/lib/python3/dist-packages/planted-1.26.12.egg-info/PKG-INFO'],
    });
    expect(free).toMatchObject({
      owner: 'app',
      layer: { index: 1, instruction: 'RUN pip install planted==1.26.12' },
      locations: ['usr/local/lib/python3.11/site-packages/planted-1.26.12.dist-info/METADATA'],
    });
    expect(free).not.toHaveProperty('ownedBy');
    expect(packageNamed(report, 'removed')).toEqual([]);
    expect(packageNamed(report, 'third-party')).toMatchObject([{ thirdParty: true }]);
    expect(packageNamed(report, 'libdiffer5')).toMatchObject([{ source: { name: 'differ', version: '1.10-2' } }]);
    expect(packageNamed(report, 'nested').map(({ version, locations }) => [version, locations])).toEqual([
      ['4.17.15', ['app/node_modules/nested/package.json']],
      ['4.17.21', ['app/node_modules/fresh/node_modules/nested/package.json']],
    ]);
    expect(packageNamed(report, 'example.com/planted/server')).toMatchObject([{ evidence: 'unreliable' }]);
    expect(packageNamed(report, 'stdlib')).toMatchObject([
      { purl: 'pkg:golang/stdlib@1.21.3', locations: ['usr/local/bin/server'], layer: { index: 3 } },
    ]);
  });

  test('what its vendor sees no impact in is counted in the table, shown with --all, and in the JSON', async () => {
    const table = await text('debian');
    expect(table).not.toContain('CVE-2023-10019');
    expect(table).toContain("1 finding without security impact (by the vendor's word) not shown: --all");
    expect(await text('debian', '--all')).toContain('CVE-2023-10019');
  });

  test('Alpine: by origin, in the order of apk', async () => {
    const { findings, absences, coverage } = await scan('alpine-3.19');
    expect(findings.map(findingLine)).toEqual([
      'CVE-2023-50001=ALPINE-CVE-2023-50001 | planted-lib@1.2.3-r4 | unknown(none) | fixed in 1.2.3-r5 | ALPINE-CVE-2023-50001: origin 1.2.3-r4 < 1.2.3-r5',
      'CVE-2023-50004=ALPINE-CVE-2023-50004 | candidate@1.0_rc1-r0 | unknown(none) | fixed in 1.0-r0 | ALPINE-CVE-2023-50004: candidate 1.0_rc1-r0 < 1.0-r0',
    ]);
    expect(absences.map(absenceLine)).toEqual([
      'ALPINE-CVE-2023-50003 | pkg:apk/alpine/patched@1.0_p1-r0 | fixed | 1.0-r5 <= 1.0_p1-r0',
      'ALPINE-CVE-2023-50002 | pkg:apk/alpine/planted-lib@1.2.3-r4 | fixed | 1.2.3-r4 <= 1.2.3-r4',
    ]);
    expect(coverage.map(coverageLine)).toEqual(['Alpine:v3.19 | covered | 3 | 4 records compared']);
  });

  test('a release without advisories is not clean', async () => {
    const { findings, coverage } = await scan('alpine-3.18');
    expect(findings).toEqual([]);
    expect(coverage.map(coverageLine)).toEqual([
      'Alpine:v3.18 | no-data | 3 | the advisories hold nothing on Alpine:v3.18; get them with holdfast db update',
    ]);
    expect(await text('alpine-3.18')).toContain('No findings in 3 packages (3 packages not or only partly compared).');
  });

  test('a derivative is not taken for its parent', async () => {
    const { findings, coverage } = await scan('derivative');
    expect(findings).toEqual([]);
    expect(coverage.map(coverageLine)).toEqual([
      'deb | no-data | 1 | Deriva 6 derives from debian; its packages differ, nothing was compared',
    ]);
  });

  test('AlmaLinux: by binary package, with epochs, each module stream by itself', async () => {
    const { findings, absences, coverage, packages } = await scan('alma');
    expect(findings.map(findingLine)).toEqual([
      'CVE-2023-60001=ALSA-2023:9001 | planted-libs@1:3.0.7-16.el9_2 | high(almalinux) | fixed in 1:3.0.7-17.el9_2 | ALSA-2023:9001: planted-libs 1:3.0.7-16.el9_2 < 1:3.0.7-17.el9_2',
      'CVE-2023-60002=ALSA-2023:9001 | planted-libs@1:3.0.7-16.el9_2 | high(almalinux) | fixed in 1:3.0.7-17.el9_2 | ALSA-2023:9001: planted-libs 1:3.0.7-16.el9_2 < 1:3.0.7-17.el9_2',
      'CVE-2023-60003=ALSA-2023:9002 | modular@1:18.2-1.module_el9.2.0+1+aaaaaaaa | medium(almalinux) | fixed in 1:18.3-1.module_el9.2.0+1+aaaaaaaa | ALSA-2023:9002: modular 1:18.2-1.module_el9.2.0+1+aaaaaaaa < 1:18.3-1.module_el9.2.0+1+aaaaaaaa',
    ]);
    const modular = 'pkg:rpm/almalinux/modular@18.2-1.module_el9.2.0%2B1%2Baaaaaaaa';
    expect(absences.map(absenceLine)).toEqual([
      `ALSA-2023:9003 | ${modular} | not-affected | speaks of module stream:20, the package is of stream:18`,
      `ALSA-2023:9004 | ${modular} | not-affected | the package is of module stream:18, the advisory of no module`,
    ]);
    expect(coverage.map(coverageLine)).toEqual([
      'AlmaLinux:9 | covered | 2 | 5 records compared',
      "AlmaLinux:9 | no-data | 1 | published by a third party, which the distribution's advisories do not cover",
    ]);
    expect(packages.map(({ name }) => name)).toEqual(['extra', 'modular', 'planted-libs']);
  });

  test("Rocky Linux: by source package, whose rpm's name has no epoch", async () => {
    const { findings, absences } = await scan('rocky');
    expect(findings.map(findingLine)).toEqual([
      'CVE-2023-60007=RLSA-2023:9001 | planted-part@4:1.0-1.el9 | critical(rocky) | fixed in 4:1.0-2.el9 | RLSA-2023:9001: planted-source 1.0-1.el9 < 4:1.0-2.el9',
    ]);
    expect(absences.map(({ id, state, reason }) => `${id} ${state} ${reason}`)).toEqual([
      'RLSA-2023:9002 fixed 4:1.0-1.el9 <= 1.0-1.el9',
    ]);
  });

  test('advisories that are too old are stale, and compared all the same', async () => {
    const later = String(Number(TEST_EPOCH) + 8 * 86_400);
    const args = ['scan', 'docker-archive:rocky.tar', '--advisories', 'advisories.db', '--format', 'json'];
    const ran = await bench.run(args, { environment: { SOURCE_DATE_EPOCH: later } });
    const report: ScanReport = JSON.parse(ran.stdout);
    expect(report.findings).toHaveLength(1);
    expect(report.coverage.map(coverageLine)).toEqual([
      'Rocky Linux:9 | stale | 1 | the advisories are 8 days old; renew them with holdfast db update',
    ]);
  });

  test.each(['json', 'cyclonedx', 'spdx', 'table'])(
    'two runs give the same %s, with a cache and without',
    async (format) => {
      const runs = [
        await text('debian', '--format', format, '--no-cache'),
        await text('debian', '--format', format),
        await text('debian', '--format', format),
      ];
      expect(runs[0]?.length).toBeGreaterThan(1000);
      expect(new Set(runs).size).toBe(1);
    },
  );

  test('a built file is the same byte for byte, in whatever order a directory lists its files', async () => {
    const from = ['osv.zip', 'osv', 'debian.json', 'kev.json', 'epss.csv.gz'];
    await bench.run(['db', 'build', '--from', ...from, '--out', 'again.db']);
    const [first, again] = ['advisories.db', 'again.db'].map((name) => readFileSync(bench.path(name)));
    expect(again?.equals(first ?? Buffer.alloc(0))).toBe(true);
  });

  test('an SBOM of an image gives the same packages and findings as the image', async () => {
    const image = await scan('debian');
    for (const format of ['cyclonedx', 'spdx']) {
      await text('debian', '--format', `${format}=sbom.json`);
      const args = ['scan', 'sbom:sbom.json', '--advisories', 'advisories.db', '--explain', '--format', 'json'];
      const { code, stdout, stderr } = await bench.run(args);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const sbom: ScanReport = JSON.parse(stdout);
      const purls = ({ packages }: ScanReport) => packages.map(({ purl }) => purl).sort();
      expect(purls(sbom)).toEqual(purls(image));
      expect(sbom.findings.map(findingLine)).toEqual(image.findings.map(findingLine));
      expect(sbom.coverage.map(coverageLine)).toEqual(image.coverage.map(coverageLine));
      expect(sbom.target.os).toEqual(image.target.os);
    }
  });
});

const GO = findTool('go');
describe.skipIf(GO === undefined)(
  `a program that go built${GO === undefined ? ' (skipped: go is not installed)' : ''}`,
  () => {
    test('has the standard library of its toolchain, also when it is stripped', async () => {
      const bench = startBench();
      try {
        mkdirSync(bench.path('tree'));
        writeFileSync(bench.path('go.mod'), 'module example.com/real\n\ngo 1.18\n');
        writeFileSync(bench.path('main.go'), 'package main\n\nfunc main() { println("x") }\n');
        const environment = {
          ...process.env,
          GOCACHE: bench.path('cache'),
          GOFLAGS: '',
          GOPROXY: 'off',
          CGO_ENABLED: '0',
        };
        const go = (...args: readonly string[]) =>
          execFileSync(GO ?? '', args, { cwd: bench.directory, env: environment, encoding: 'utf8' }).trim();
        const version = go('env', 'GOVERSION').replace(/^go/, '').split(' ', 1)[0];
        go('build', '-o', 'tree/plain', '.');
        go('build', '-ldflags', '-s -w', '-o', 'tree/stripped', '.');
        const ran = await bench.run(['scan', 'dir:tree', '--format', 'json']);
        const report: ScanReport = JSON.parse(ran.stdout);
        expect(report.packages.map((found) => [found.name, found.evidence])).toEqual([
          ['example.com/real', 'unreliable'],
          ['stdlib', 'installed'],
        ]);
        expect(packageNamed(report, 'stdlib')).toMatchObject([{ version, locations: ['plain', 'stripped'] }]);
      } finally {
        bench.remove();
      }
    });
  },
);
