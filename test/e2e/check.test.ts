import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dockerArchive, type RawLayer } from '../fakes/docker-archive.ts';
import { debianImage } from '../fakes/planted/debian-image.ts';
import { plantAdvisories } from '../fakes/planted/plant.ts';
import { tarOf } from '../fakes/tar.ts';
import { type Bench, startBench } from '../harness/holdfast.ts';

const DB = ['--advisories', 'advisories.db'];

let bench: Bench;

const check = (...args: readonly string[]) => bench.run(['check', ...args, ...DB]);
const json = (text: string) => JSON.parse(text);

/** A policy file of the test's, by its rules. */
function policy(name: string, text: string): string {
  writeFileSync(bench.path(`${name}.yaml`), `apiVersion: holdfast/v1\nkind: Policy\nname: ${name}\n${text}`);
  return `${name}.yaml`;
}

/** A layer that ends inside a file. */
const CUT = tarOf([{ name: 'srv/file', body: 'x'.repeat(5000) }]).subarray(0, 2048);

const CLEAN = { name: 'clean', version: '9.9-1' };
const EXPLOITED = { name: 'exploited', version: '1.0-1' };

/** One Debian package, that no advisory hits unless it is said, and layers on top. */
function image(more: readonly RawLayer[], { name, version } = CLEAN): Buffer {
  const status = `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\nMaintainer: X <x@debian.org>\nVersion: ${version}\n\n`;
  const files = [
    { name: 'etc/os-release', body: 'PRETTY_NAME="Debian GNU/Linux 12"\nVERSION_ID="12"\nID=debian\n' },
    { name: 'var/lib/dpkg/status', body: status },
  ];
  return dockerArchive({
    tag: 'clean:1',
    user: '1000',
    created: '2024-06-01T00:00:00Z',
    steps: [{ instruction: 'ADD file:0123 in /', files }, ...more],
  });
}

beforeAll(async () => {
  bench = startBench();
  writeFileSync(bench.path('debian.tar'), debianImage());
  writeFileSync(bench.path('clean.tar'), image([]));
  writeFileSync(bench.path('damaged.tar'), image([{ instruction: 'RUN x', bytes: CUT }]));
  writeFileSync(bench.path('damaged-and-bad.tar'), image([{ instruction: 'RUN x', bytes: CUT }], EXPLOITED));
  mkdirSync(bench.path('feeds'));
  const from = plantAdvisories(bench.path('feeds'));
  const built = await bench.run(['db', 'build', '--from', ...from, '--out', 'advisories.db']);
  expect(built.code, built.stderr).toBe(0);
});
afterAll(() => bench.remove());

describe('the decision and its exit code', () => {
  test('what is known to be exploited and can be fixed denies, with reason, place and what to do', async () => {
    const ran = await check('debian.tar');
    expect(ran).toMatchObject({ code: 3, stderr: '' });
    expect(ran.stdout).toMatch(/^DENY {2}debian\.tar /);
    expect(ran.stdout).toContain('CVE-2023-10020 in exploited 1.0-1 is known to be exploited since 2023-06-15.');
    expect(ran.stdout).toContain('Upgrade example.com/dep v1.2.3 to 1.2.4 or later: clears 1 finding.');
    for (const line of ran.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
  });

  test('an image that was compared whole and in which nothing was found is allowed', async () => {
    const ran = await check('clean.tar', '--policy', 'strict');
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout).toMatch(/^ALLOW {2}clean\.tar /);
  });

  test('the same image without advisories for it is unknown, and says what is missing', async () => {
    const ran = await bench.run(['check', 'clean.tar']);
    expect(ran.code).toBe(4);
    expect(ran.stdout).toMatch(/^UNKNOWN {2}clean\.tar /);
    expect(ran.stdout).toContain('0 of 1 packages were compared with advisories');
  });

  test('a damaged layer makes it unknown under any policy, and what is certain still denies', async () => {
    for (const [name, code] of [
      ['baseline', 4],
      ['strict', 4],
      ['audit', 0],
    ] as const) {
      const ran = await check('damaged.tar', '--policy', name);
      expect([name, ran.code, /^\w+/.exec(ran.stdout)?.[0]]).toEqual([name, code, 'UNKNOWN']);
    }
    const denied = await check('damaged-and-bad.tar');
    expect(denied.code).toBe(3);
    expect(denied.stdout).toContain('Not known');
  });

  test('audit denies nothing', async () => {
    const ran = await check('debian.tar', '--policy', 'audit');
    expect(ran.code).toBe(0);
    expect(ran.stdout).toContain('By audit (warns):');
  });

  test('of several targets the worst counts, and a target that cannot be opened is a failure', async () => {
    expect((await check('clean.tar', 'debian.tar')).code).toBe(3);
    expect((await check('clean.tar', 'damaged.tar')).code).toBe(4);
    expect((await check('clean.tar', 'debian.tar', 'absent.tar', '--quiet')).code).toBe(1);
    expect((await check('./absent.tar')).code).toBe(2);
  });

  test('JSON is valid against the published schema', async () => {
    const schema = json(
      readFileSync(new URL('../../docs/reference/check-report.schema.json', import.meta.url), 'utf8'),
    );
    const validate = new Ajv2020({ strict: true, allErrors: true }).compile(schema);
    const ran = await check('debian.tar', 'clean.tar', 'damaged.tar', '--format', 'json');
    expect(ran.code).toBe(3);
    const reports = json(ran.stdout);
    expect(reports.map(({ decision }: { decision: string }) => decision)).toEqual(['deny', 'allow', 'unknown']);
    for (const report of reports) expect(validate(report) ? [] : validate.errors).toEqual([]);
  });
});

describe('policies', () => {
  test('what is wrong in a file is told with line and column, exit 2', async () => {
    const file = policy('typo', 'rules:\n  - rule: severty\n    atLeast: high\n');
    const ran = await check('clean.tar', '--policy', file);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain('typo.yaml:5:11: There is no rule "severty". Did you mean severity?');
    expect((await check('clean.tar', '--policy', 'strct')).stderr).toContain('Did you mean strict?');
  });

  test('rules over what a check does not collect are refused, unless the policy is not for images', async () => {
    const rules = 'rules:\n  - rule: snapshot-age\n    hours: 24\n';
    expect((await check('clean.tar', '--policy', policy('data', rules))).stderr).toContain('needs data');
    const workloads = policy('data-of-workloads', `match:\n  kinds: [workload]\n${rules}`);
    expect((await check('clean.tar', '--policy', workloads)).code).toBe(4);
    expect((await check('clean.tar', '--policy', workloads, '--policy', 'baseline')).code).toBe(0);
  });

  test('a policy for one environment speaks there only', async () => {
    const file = policy(
      'production',
      'match:\n  environments: [production]\nrules:\n  - rule: pinned\n  - rule: image-age\n    days: 1\n',
    );
    expect((await check('clean.tar', '--policy', file, '--environment', 'production')).code).toBe(3);
    expect((await check('clean.tar', '--policy', file, '--policy', 'baseline', '--environment', 'test')).code).toBe(0);
    expect((await check('clean.tar', '--policy', file)).code).toBe(4);
  });

  test('CEL judges the facts in a thread; one that never ends is ended, and the next policy is judged', async () => {
    const good = policy('packages', 'validations:\n  - expression: object.packages.all(p, p.version != "")\n');
    const bad = policy(
      'findings',
      'validations:\n  - expression: object.findings.all(f, !f.knownExploited)\n    messageExpression: "\'found \' + string(size(object.findings))"\n',
    );
    const missing = policy('missing', 'validations:\n  - expression: object.image.colour == "red"\n');
    const items = 'object.findings.all(a, object.findings.all(b, object.findings.all(c, object.findings.all(d,';
    const endless = policy(
      'endless',
      `validations:\n  - expression: ${items} object.findings.all(e, a.id != e.id + b.id + c.id + d.id)))))\n`,
    );
    expect((await check('debian.tar', '--policy', good)).code).toBe(0);
    expect((await check('debian.tar', '--policy', bad)).stdout).toContain('found 26');
    expect((await check('clean.tar', '--policy', missing)).stdout).toContain('No such key: colour');
    const ran = await check('debian.tar', '--policy', endless, '--policy', bad);
    expect(ran.code).toBe(3);
    expect(ran.stdout).toContain('it ran for more than 2000 ms and was ended');
    expect(ran.stdout).toContain('found 26');
  });

  test('newOnly passes over what an earlier report has', async () => {
    const file = policy('new', 'rules:\n  - rule: severity\n    atLeast: low\n    newOnly: true\n');
    await bench.run(['scan', 'debian.tar', ...DB, '--format', 'json=before.json']);
    expect((await check('debian.tar', '--policy', file)).code).toBe(4);
    expect((await check('debian.tar', '--policy', file, '--baseline', 'before.json')).code).toBe(0);
    expect((await check('debian.tar', '--policy', file, '--baseline', 'advisories.db')).code).toBe(2);
  });
});

test('with a home the verdict is on the record, with all that it depends on', async () => {
  expect((await bench.run(['init'])).code).toBe(0);
  const ran = await check('debian.tar', '--format', 'json');
  const { recorded } = json(ran.stdout);
  expect(recorded).toEqual({ position: 3, evaluation: expect.stringMatching(/^sha256:/) });
  const shown = json((await bench.run(['log', 'show', '3', '--format', 'json'])).stdout);
  expect(shown).toMatchObject({ type: 'verdict.reached', outcome: 'deny', data: { inventory: 2, decision: 'deny' } });
  expect((await check('debian.tar', '--no-record', '--format', 'json')).stdout).toContain('"recorded": null');
});

describe('waivers', () => {
  const file = (expires: string, more = '') =>
    `apiVersion: holdfast/v1\nkind: Waivers\nwaivers:\n${['CVE-2023-10020', 'CVE-2023-40002']
      .map((id) => `  - vulnerability: ${id}\n    author: Ann\n    reason: no way in\n    expires: ${expires}\n${more}`)
      .join('')}`;

  test('of a file count until they are over, and say so', async () => {
    writeFileSync(bench.path('waivers.yaml'), file('2024-12-31'));
    const waived = await check('debian.tar', '--waivers', 'waivers.yaml', '--no-record');
    expect(waived.code).toBe(0);
    expect(waived.stdout).toContain('Ann, until 2024-12-31: no way in (waivers.yaml:4)');
    writeFileSync(bench.path('waivers.yaml'), file('2024-06-30'));
    const over = await check('debian.tar', '--waivers', 'waivers.yaml', '--no-record');
    expect(over.code).toBe(3);
    expect(over.stdout).toContain('is over since 2024-07-01');
    writeFileSync(bench.path('waivers.yaml'), file('2026-12-31'));
    expect((await check('debian.tar', '--waivers', 'waivers.yaml')).code).toBe(2);
    writeFileSync(
      bench.path('.trivyignore'),
      'CVE-2023-10020\nCVE-2023-40002 exp:2024-07-02\nCVE-1999-1 exp:2024-07-02\n',
    );
    const trivy = await check('debian.tar', '--waivers', '.trivyignore', '--no-record');
    expect(trivy.code).toBe(0);
    expect(trivy.stdout).toContain('A waiver matches nothing here: .trivyignore:3.');
  });

  test('on the record count in every check until they are taken back', async () => {
    const common = ['--reason', 'no way in', '--expires', '30d', '--format', 'json'];
    const first = await bench.run(['waiver', 'grant', 'CVE-2023-10020', '--image', 'debian*', ...common]);
    expect(json(first.stdout)).toMatchObject({ state: 'counts', waiver: { expires: '2024-08-01T00:00:00.000Z' } });
    const second = await bench.run(['waiver', 'grant', 'CVE-2023-40002', ...common]);
    expect((await check('debian.tar')).code).toBe(0);
    const { id } = json(second.stdout).waiver;
    expect((await bench.run(['waiver', 'revoke', id, '--reason', 'fixed'])).code).toBe(0);
    expect((await check('debian.tar', '--no-record')).code).toBe(3);
    const listed = json((await bench.run(['waiver', 'list', '--all', '--format', 'json'])).stdout);
    expect(listed.waivers.map(({ state }: { state: string }) => state)).toEqual(['counts', 'revoked']);
    expect((await bench.run(['waiver', 'revoke', id])).code).toBe(2);
    expect((await bench.run(['waiver', 'grant', 'CVE-2023-1', '--reason', 'x', '--expires', '400d'])).code).toBe(2);
    expect((await bench.run(['waiver', 'grant', '--reason', 'x', '--expires', '4d'])).code).toBe(2);
  });
});

test('VEX excuses what it names, the rest is told, and states go out as OpenVEX that reads back', async () => {
  const statement = (name: string, product: string) => ({
    ...{ vulnerability: { name }, products: [{ '@id': product }] },
    ...{ status: 'not_affected', justification: 'vulnerable_code_not_in_execute_path' },
  });
  const document = {
    ...{ '@context': 'https://openvex.dev/ns/v0.2.0', '@id': 'x', author: 'x', version: 1 },
    timestamp: '2024-06-01T00:00:00Z',
    statements: [
      statement('CVE-2023-10020', 'pkg:deb/debian/exploited?distro=debian-12'),
      statement('CVE-2023-40002', 'pkg:golang/example.com/dep'),
      statement('CVE-1999-1', 'pkg:npm/absent'),
    ],
  };
  writeFileSync(bench.path('v.json'), JSON.stringify(document));
  const args = ['--vex', 'v.json', '--no-record', '--format', 'text', '--format', 'openvex=out.json'];
  const ran = await check('debian.tar', ...args, '--policy', 'baseline');
  expect([ran.code, ran.stderr]).toEqual([0, '']);
  expect(ran.stdout).toContain('v.json: 2 findings are excused: CVE-2023-10020, CVE-2023-40002.');
  expect(ran.stdout).toContain('v.json: one statement fits nothing here: CVE-1999-1 (#3).');
  const again = await check('debian.tar', '--vex', 'out.json', '--no-record');
  expect(again.code).toBe(0);
  expect((await check('debian.tar', '--vex', 'debian.tar', '--no-record')).code).toBe(2);
});
