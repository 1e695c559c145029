import { mkdirSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dockerArchive } from '../fakes/docker-archive.ts';
import { dpkgStatus } from '../fakes/layers.ts';
import { type Bench, type RunOptions, startBench } from '../harness/holdfast.ts';

let bench: Bench;

const DAY_S = 24 * 3600;
/** 2024-07-01, as all runs have it. */
const TODAY_S = 1_719_792_000;

const RANGES = [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '2.0-1' }] }];
const affected = [{ package: { ecosystem: 'Debian:12', name: 'curl' }, ranges: RANGES }];
const record = (id: string, published: string, more: object = {}) => ({
  ...{ id, published, modified: published, affected, schema_version: '1.7.0', ...more },
  severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' }],
});

function policy(name: string, rules: string): void {
  writeFileSync(bench.path(name), `apiVersion: holdfast/v1\nkind: Policy\nname: p\nrules:\n${rules}`);
}

beforeAll(async () => {
  bench = startBench();
  mkdirSync(bench.path('feed'));
  const records = [
    record('DEBIAN-CVE-2024-1000', '2024-01-01T00:00:00Z', { upstream: ['CVE-2024-1000'] }),
    record('DSA-5000-1', '2024-06-29T00:00:00Z', { upstream: ['CVE-2024-1000'] }),
    record('DEBIAN-CVE-2024-2000', '2024-01-02T00:00:00Z', { upstream: ['CVE-2024-2000'] }),
  ];
  for (const one of records) writeFileSync(bench.path('feed', `${one.id}.json`), JSON.stringify(one));
  const built = await bench.run(['db', 'build', '--from', 'feed', '--out', 'advisories.db']);
  expect(built.code, built.stderr).toBe(0);
  const files = [
    { name: 'etc/os-release', body: 'PRETTY_NAME="Debian GNU/Linux 12"\nVERSION_ID="12"\nID=debian\n' },
    { name: 'etc/passwd', body: 'root:x:0:0::/root:/bin/sh\napp:x:1000:1000::/:/bin/sh\ntoor:x:0:0::/:/bin/sh\n' },
    { name: 'var/lib/dpkg/status', body: dpkgStatus('curl 1.0-1') },
  ];
  for (const user of ['app', 'toor', 'other']) {
    const archive = dockerArchive({ user, steps: [{ instruction: 'ADD file:0123 in /', files }] });
    writeFileSync(bench.path(`${user}.tar`), archive);
  }
  policy('non-root.yaml', '  - rule: non-root\n');
  policy('fix.yaml', '  - { rule: severity, atLeast: low, graceDays: 7, since: fix }\n');
  policy(
    'seen.yaml',
    '  - { rule: severity, atLeast: low, graceDays: 7, since: first-seen }\n  - { rule: coverage, atLeast: 0 }\n',
  );
});
afterAll(() => bench.remove());

async function check(target: string, file: string, options: RunOptions = {}, ...more: readonly string[]) {
  const args = ['check', target, '--policy', file, '--advisories', 'advisories.db', '--format', 'json', ...more];
  const ran = await bench.run(args, options);
  expect(ran.stderr).toBe('');
  return { ...ran, report: JSON.parse(ran.stdout) };
}

test('a user by name is told from root by the image’s own list', async () => {
  expect(await check('app.tar', 'non-root.yaml')).toMatchObject({ code: 0 });
  expect(await check('toor.tar', 'non-root.yaml')).toMatchObject({ code: 3 });
  expect(await check('other.tar', 'non-root.yaml')).toMatchObject({ code: 4 });
  const { stdout } = await bench.run(['check', 'app.tar', '--format', 'facts', '--advisories', 'advisories.db']);
  const { image } = JSON.parse(stdout);
  expect(image.value).toMatchObject({ root: false, user: 'app', sizeOf: 'uncompressed', entrypoint: [], ports: [] });
  expect(image.value.sizeBytes).toBeGreaterThan(0);
  // No other user's name leaves the image.
  expect(stdout).not.toContain('toor');
});

test('the days since a fix count from the distribution’s bulletin; what none dates is told once', async () => {
  const { code, report } = await check('app.tar', 'fix.yaml');
  expect(code).toBe(3);
  expect(report.reasons.map(({ vulnerability }: { vulnerability: string }) => vulnerability)).toEqual([
    'CVE-2024-2000',
  ]);
  expect(report.notes).toEqual([
    'When the fix of CVE-2024-2000 appeared is not known: `since: fix` counts from publication there.',
  ]);
});

test('the days since a flaw was first seen count from the record, whichever image it was seen in', async () => {
  const without = await check('app.tar', 'seen.yaml');
  expect(without.code).toBe(3);
  expect(without.report.notes[0]).toContain('No record says when CVE-2024-1000, CVE-2024-2000 were first seen');
  // With a home, this is the first time: all of the grace is left.
  expect(await check('app.tar', 'seen.yaml', {}, '--record')).toMatchObject({ code: 0, report: { notes: [] } });
  const at = (days: number) => ({ environment: { SOURCE_DATE_EPOCH: String(TODAY_S + days * DAY_S) } });
  // The record has the machine's own time, which is years after the test's day.
  const soon = Math.ceil((Date.now() / 1000 - TODAY_S) / DAY_S);
  expect(await check('toor.tar', 'seen.yaml', at(soon + 5), '--no-record')).toMatchObject({ code: 0 });
  const late = await check('toor.tar', 'seen.yaml', at(soon + 8), '--no-record');
  expect(late.report).toMatchObject({ decision: 'deny', notes: [] });
  expect(late.report.reasons).toHaveLength(2);
});
