import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { debianImage } from '../fakes/planted/debian-image.ts';
import { plantAdvisories } from '../fakes/planted/plant.ts';
import { type Bench, startBench } from '../harness/holdfast.ts';

let bench: Bench;

const json = (text: string) => JSON.parse(text);
const schemaOf = (name: string) =>
  new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true }).compile(
    json(readFileSync(new URL(`../../docs/reference/${name}.schema.json`, import.meta.url), 'utf8')),
  );

function write(name: string, text: string): string {
  writeFileSync(bench.path(name), text);
  return name;
}

const OWN = `apiVersion: holdfast/v1
kind: Policy
name: own
rules:
  - rule: severity
    atLeast: high
validations:
  - expression: object.image.root == false
    reason: Root
`;

beforeAll(async () => {
  bench = startBench();
  writeFileSync(bench.path('debian.tar'), debianImage());
  mkdirSync(bench.path('feeds'));
  const built = await bench.run([
    'db',
    'build',
    '--from',
    ...plantAdvisories(bench.path('feeds')),
    '--out',
    'advisories.db',
  ]);
  expect(built.code, built.stderr).toBe(0);
});
afterAll(() => bench.remove());

describe('holdfast policy', () => {
  test('lists and explains what is shipped; its YAML begins a policy of one’s own', async () => {
    const listed = json((await bench.run(['policy', 'list', '--format', 'json'])).stdout);
    expect(schemaOf('policy-list')(listed)).toBe(true);
    const validate = schemaOf('policy');
    for (const { name } of listed.policies) {
      const explained = await bench.run(['policy', 'explain', name]);
      expect(explained).toMatchObject({ code: 0, stderr: '' });
      expect(explained.stdout).toContain('known-exploited (');
      const yaml = (await bench.run(['policy', 'explain', name, '--format', 'yaml'])).stdout;
      expect(validate(parse(yaml)), JSON.stringify(validate.errors)).toBe(true);
      write(`${name}.yaml`, yaml.replace(/^name: .*/m, 'name: mine'));
      expect((await bench.run(['policy', 'explain', `${name}.yaml`])).stdout).toMatch(/^mine\n/);
    }
    const own = json((await bench.run(['policy', 'explain', write('own.yaml', OWN), '--format', 'json'])).stdout);
    expect(schemaOf('policy-explained')(own)).toBe(true);
    expect(own.rules.map(({ rule, implied }: { rule: string; implied: boolean }) => [rule, implied])).toEqual([
      ['severity', false],
      ['coverage', true],
    ]);
    expect(json((await bench.run(['policy', 'schema'])).stdout)).toEqual(
      json(readFileSync(new URL('../../docs/reference/policy.schema.json', import.meta.url), 'utf8')),
    );
  });

  test('test compares cases with what they expect', async () => {
    mkdirSync(bench.path('cases/deep'), { recursive: true });
    const cases = (expect: string) => `apiVersion: holdfast/v1
kind: PolicyTest
policies: [../own.yaml]
now: 2024-07-01
advisories: ../advisories.db
cases:
  - name: nothing is wrong
    given: {}
    expect: allow
  - name: a flaw and root deny
    given:
      image: { root: true }
      findings: [{ severity: critical }]
    expect: deny
    reasons: [severity, cel/Root]
  - name: damaged
    given: { failed: [findings] }
    expect: unknown
    missing: [severity]
  - name: a real image
    image: docker-archive:../debian.tar
    expect: ${expect}
    reasons: [severity, cel/Root]
`;
    write('cases/own.yaml', cases('deny'));
    write('cases/other.yaml', 'kind: Deployment\n');
    const good = await bench.run(['policy', 'test', 'cases', '--format', 'json']);
    expect([good.code, good.stderr]).toEqual([0, '']);
    expect(schemaOf('policy-tested')(json(good.stdout))).toBe(true);
    expect(json(good.stdout)).toMatchObject({ passed: 4, failed: 0 });
    write('cases/own.yaml', cases('allow'));
    const bad = await bench.run(['policy', 'test', 'cases']);
    expect(bad.code).toBe(1);
    expect(bad.stdout).toContain('FAIL  cases/own.yaml: a real image\n      it is deny, not allow');
    write('cases/deep/typo.yaml', cases('deny').replace('root: true', 'rot: true').replaceAll('../', '../../'));
    const typo = await bench.run(['policy', 'test', 'cases']);
    expect([typo.code, typo.stderr]).toEqual([
      2,
      expect.stringContaining('typo.yaml:12:16: There is no "rot" here. Did you mean root?'),
    ]);
    expect((await bench.run(['policy', 'test', 'feeds'])).code).toBe(2);
  });

  test('facts of a check are cases, and what rules see', async () => {
    const ran = await bench.run([
      'check',
      'debian.tar',
      '--advisories',
      'advisories.db',
      '--format',
      'facts=facts.json',
    ]);
    expect(ran.code).toBe(3);
    write(
      'facts-case.yaml',
      'apiVersion: holdfast/v1\nkind: PolicyTest\npolicies: [baseline]\nnow: 2024-07-01\ncases:\n  - name: same\n    facts: facts.json\n    expect: deny\n    reasons: [known-exploited, severity]\n',
    );
    expect((await bench.run(['policy', 'test', 'facts-case.yaml'])).stdout).toContain('1 passed, 0 failed');
  });

  test('replay says what other policies would have decided, and the same ones nothing else', async () => {
    await bench.run(['init']);
    const check = (...more: readonly string[]) =>
      bench.run(['check', 'debian.tar', '--advisories', 'advisories.db', ...more]);
    await check();
    await check('--policy', 'audit');
    const since = ['--since', '2000-01-01', '--format', 'json'];
    const same = json((await bench.run(['policy', 'replay', 'baseline', ...since])).stdout);
    expect(schemaOf('policy-replay')(same)).toBe(true);
    expect(same).toMatchObject({
      judged: 2,
      unread: 0,
      changed: [{ from: 'unknown', to: 'deny', reference: 'debian.tar' }],
    });
    const cel = json((await bench.run(['policy', 'replay', 'own.yaml', ...since])).stdout);
    expect(cel.rules.map(({ rule }: { rule: string }) => rule)).toEqual(['severity', 'cel/Root']);
    const shown = await bench.run(['policy', 'replay', 'audit', '--since', '2000-01-01']);
    expect(shown.stdout).toContain('audit over 2 recorded verdicts since 2000-01-01: 1 would change.');
    expect(shown.stdout).toContain('deny would be unknown: 1');
    for (const line of shown.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
    const { blobs, evaluation } = evaluationFile();
    rmSync(join(blobs, evaluation));
    expect(json((await bench.run(['policy', 'replay', 'baseline', ...since])).stdout)).toMatchObject({
      judged: 1,
      unread: 1,
    });
  });
});

/** Where the first verdict's evaluation lies. */
function evaluationFile(): { readonly blobs: string; readonly evaluation: string } {
  const home = bench.path('home/.local/share/holdfast');
  const blobs = join(home, 'blobs');
  const files = readdirSync(blobs, { recursive: true, encoding: 'utf8' });
  const evaluation = files.find((name) => {
    try {
      return readFileSync(join(blobs, name), 'utf8').includes('"policies":[{"name":"baseline"');
    } catch {
      return false;
    }
  });
  return { blobs, evaluation: evaluation ?? '' };
}
