import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { debianImage } from '../fakes/planted/debian-image.ts';
import { plantAdvisories } from '../fakes/planted/plant.ts';
import { type Bench, startBench } from '../harness/holdfast.ts';
import { needs } from '../harness/skip.ts';

const FORMATS = ['sarif', 'gitlab-code-quality', 'junit', 'markdown', 'html'];
const SCAN_FORMATS = [...FORMATS, 'gitlab-container-scanning'];

let bench: Bench;

beforeAll(async () => {
  bench = startBench();
  writeFileSync(bench.path('debian.tar'), debianImage());
  mkdirSync(bench.path('sources'));
  writeFileSync(bench.path('sources/Dockerfile'), 'FROM node:latest\nADD https://x.example/x.tgz /\n');
  writeFileSync(bench.path('sources/bad.yaml'), 'kind: Pod\napiVersion: v1\nspec: [\n');
  writeFileSync(bench.path('sources/package-lock.json'), LOCK);
  mkdirSync(bench.path('feeds'));
  const from = plantAdvisories(bench.path('feeds'));
  const built = await bench.run(['db', 'build', '--from', ...from, '--out', 'advisories.db']);
  expect(built.code, built.stderr).toBe(0);
});
afterAll(() => bench.remove());

const LOCK = JSON.stringify({
  name: 'mine',
  lockfileVersion: 3,
  packages: { '': {}, 'node_modules/nested': { version: '4.17.15' } },
});

const DATA = () => ['--advisories', bench.path('advisories.db'), '--quiet'];
const into = (name: string, formats: readonly string[]) =>
  formats.flatMap((format) => ['--format', `${format}=${name}.${format}`]);
const read = (name: string) => readFileSync(bench.path(name), 'utf8');
const json = (name: string) => JSON.parse(read(name));

test('scan, check and lint write every format in one run, and end as they would without', async () => {
  expect(await bench.run(['scan', 'debian.tar', ...DATA(), ...into('scan', SCAN_FORMATS)])).toMatchObject({
    code: 0,
    stdout: '',
  });
  expect(await bench.run(['check', 'debian.tar', ...DATA(), ...into('check', SCAN_FORMATS)])).toMatchObject({
    code: 3,
  });
  const linted = await bench.run([
    'lint',
    'sources',
    '--fail-on',
    'critical',
    ...into('lint', FORMATS),
    '--format',
    'text',
  ]);
  expect([linted.code, linted.stdout]).toEqual([4, expect.stringContaining('build/latest-base')]);
  expect(json('scan.sarif').runs[0].results).toHaveLength(26);
  const [checked] = json('check.sarif').runs;
  expect(checked.properties.verdicts).toEqual([{ name: 'debian.tar', verdict: 'deny' }]);
  expect(checked.results.filter(({ level }: { level: string }) => level === 'error')).toHaveLength(2);
  // The flaws of a check are those of the scan that it was reached over.
  const flaws = (name: string) => json(`${name}.gitlab-container-scanning`).vulnerabilities;
  expect(flaws('check')).toEqual(flaws('scan'));
  expect(read('check.markdown')).toMatch(/^## ❌ DENY: debian\.tar\n/);
});

test('what lint could not read makes its run a failed one, and is in every format', async () => {
  const [run] = json('lint.sarif').runs;
  expect(run.invocations[0].executionSuccessful).toBe(false);
  expect(run.invocations[0].toolExecutionNotifications).toHaveLength(1);
  expect(
    json('lint.gitlab-code-quality').map(({ description }: { description: string }) => description),
  ).toContainEqual(expect.stringContaining('Not known: '));
  expect(read('lint.junit')).toContain('<error type="unknown"');
  expect(read('lint.markdown')).toContain('### Not judged (1)');
});

test('a lock file below a directory is placed in that file, wherever the run stands', async () => {
  const place = ({ results }: { results: { locations: { physicalLocation: unknown }[] }[] }) =>
    results[0]?.locations[0]?.physicalLocation;
  await bench.run(['scan', 'dir:sources', ...DATA(), '--format', 'sarif=a.sarif']);
  const [relative] = json('a.sarif').runs;
  expect(place(relative)).toEqual({
    artifactLocation: { uri: 'sources/package-lock.json', uriBaseId: '%SRCROOT%' },
    region: { startLine: 1 },
  });
  await bench.run(['scan', `dir:${bench.path('sources')}`, ...DATA(), '--format', 'sarif=b.sarif']);
  const [absolute] = json('b.sarif').runs;
  expect(place(absolute)).toEqual(place(relative));
  const prints = ({ results }: { results: { partialFingerprints: unknown }[] }) =>
    results.map(({ partialFingerprints }) => partialFingerprints);
  expect(prints(absolute)).toEqual(prints(relative));
});

test('the same run writes the same bytes', async () => {
  await bench.run(['scan', 'debian.tar', ...DATA(), ...into('again', SCAN_FORMATS)]);
  for (const format of SCAN_FORMATS)
    expect([format, read(`again.${format}`)]).toEqual([format, read(`scan.${format}`)]);
});

test('lint has no flaws in packages to tell', async () => {
  const ran = await bench.run(['lint', 'sources', '--format', 'gitlab-container-scanning']);
  expect([ran.code, ran.stderr]).toEqual([2, expect.stringContaining('is no format')]);
});

needs('python3')('JUnit XML', () => {
  test('is XML to a parser that forgives nothing', () => {
    const program =
      'import sys, xml.etree.ElementTree as t\nfor f in sys.argv[1:]: print(len(t.parse(f).findall(".//testcase")))';
    const files = ['scan', 'check', 'lint'].map((name) => bench.path(`${name}.junit`));
    const counts = execFileSync('python3', ['-c', program, ...files], { encoding: 'utf8' })
      .trim()
      .split('\n')
      .map(Number);
    expect(counts.every((number) => number > 2)).toBe(true);
  });
});

test.each(['scan', 'check'])('%s says in every format what was named and could not be read', async (command) => {
  const name = `lost-${command}`;
  const ran = await bench.run([
    ...[command, bench.path('debian.tar'), 'docker-archive:absent.tar', ...DATA()],
    ...into(name, SCAN_FORMATS),
  ]);
  expect(ran.code).toBe(1);
  expect(json(`${name}.sarif`).runs[0].invocations[0]).toMatchObject({ executionSuccessful: false });
  expect(json(`${name}.gitlab-container-scanning`).scan.status).toBe('failure');
  expect(read(`${name}.junit`)).toContain('<error ');
  for (const format of SCAN_FORMATS) expect(read(`${name}.${format}`), format).toContain('absent.tar');
  expect(read(`${name}.markdown`)).toContain('### Not looked at (1)');
});
