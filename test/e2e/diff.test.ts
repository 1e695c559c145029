import { readFileSync, writeFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dockerArchive } from '../fakes/docker-archive.ts';
import { dpkgStatus } from '../fakes/layers.ts';
import { plantAdvisories } from '../fakes/planted/plant.ts';
import { type Bench, startBench } from '../harness/holdfast.ts';

let bench: Bench;

function archive(name: string, user: string, ...packages: readonly string[]): void {
  const files = [
    { name: 'etc/os-release', body: 'PRETTY_NAME="Debian GNU/Linux 12"\nVERSION_ID="12"\nID=debian\n' },
    { name: 'var/lib/dpkg/status', body: dpkgStatus(...packages) },
  ];
  const image = dockerArchive({ tag: `${name}:1`, user, steps: [{ instruction: 'ADD file:0123 in /', files }] });
  writeFileSync(bench.path(`${name}.tar`), image);
}

const DB = ['--advisories', 'advisories.db'];
const diff = (...args: readonly string[]) => bench.run(['diff', ...args, ...DB]);

beforeAll(async () => {
  bench = startBench();
  const from = plantAdvisories(bench.directory);
  const built = await bench.run(['db', 'build', '--from', ...from, '--out', 'advisories.db']);
  expect(built.code, built.stderr).toBe(0);
  archive('old', '', 'vulnerable 1.2-3', 'calm 1.0-1');
  archive('young', '1000', 'calm 1.1-1', 'exploited 1.0-1');
  const scanned = await bench.run(['scan', 'old.tar', '--format', 'json=old.json', ...DB]);
  expect(scanned.code).toBe(0);
});
afterAll(() => bench.remove());

test('a report and an image are compared, valid against the published schema', async () => {
  const ran = await diff('old.json', 'young.tar', '--format', 'json');
  expect(ran).toMatchObject({ code: 0, stderr: '' });
  const report = JSON.parse(ran.stdout);
  const schema = JSON.parse(readFileSync('docs/reference/diff-report.schema.json', 'utf8'));
  const ajv = new Ajv2020();
  expect(ajv.validate(schema, report), ajv.errorsText()).toBe(true);
  const ids = (kind: string) => report.findings[kind].map(({ id }: { id: string }) => id);
  expect([ids('fixed'), ids('new')]).toEqual([['CVE-2023-10001'], ['CVE-2023-10020']]);
  expect(report.packages).toMatchObject({ upgraded: [{ name: 'calm', from: '1.0-1', to: '1.1-1' }] });
  expect(report.settings).toContainEqual({ what: 'user', before: 'root', after: '1000' });
  expect((await diff('old.tar', 'young.tar', '--format', 'json')).stdout).toBe(ran.stdout);
});

test('text says what is new first, Markdown too; several formats at once', async () => {
  const ran = await diff('old.tar', 'young.tar', '--format', 'text', '--format', 'markdown=diff.md');
  expect(ran).toMatchObject({ code: 0, stderr: '' });
  expect(ran.stdout.indexOf('New: 1')).toBeGreaterThan(0);
  expect(ran.stdout.indexOf('Fixed: 1')).toBeGreaterThan(ran.stdout.indexOf('New: 1'));
  expect(ran.stdout).toContain('user: root → 1000');
  expect(readFileSync(bench.path('diff.md'), 'utf8')).toContain('**New: 1**');
});

test('--fail-on is about what is new, and what could not be compared is not clean', async () => {
  expect((await diff('old.tar', 'young.tar', '--fail-on', 'low')).code).toBe(3);
  expect((await diff('old.tar', 'young.tar', '--fail-on', 'critical')).code).toBe(0);
  expect((await diff('old.tar', 'old.tar', '--fail-on', 'low')).code).toBe(0);
  const blind = await bench.run(['scan', 'old.tar', '--format', 'json=blind.json', '--advisories', 'advisories.db']);
  expect(blind.code).toBe(0);
  const report = JSON.parse(readFileSync(bench.path('blind.json'), 'utf8'));
  const none = { ...report, advisories: { kind: 'none', records: 0 }, findings: [] };
  writeFileSync(bench.path('blind.json'), JSON.stringify(none));
  expect((await diff('old.tar', 'blind.json', '--fail-on', 'low')).code).toBe(4);
});

test('what is no report is a usage error', async () => {
  writeFileSync(bench.path('other.json'), '{"schemaVersion":1,"findings":7}');
  expect(await diff('other.json', 'old.tar')).toMatchObject({ code: 2 });
  writeFileSync(bench.path('cut.json'), '{"schemaVersion":1,');
  expect((await diff('cut.json', 'old.tar')).stderr).toContain('REPORT_INVALID');
  expect((await diff('./absent.tar', 'old.tar')).code).toBe(2);
});
