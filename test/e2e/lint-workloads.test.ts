import { mkdirSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { lintedSchema } from '#api/lint-report.ts';
import { standardReportSchema } from '#api/standard-report.ts';
import { type Bench, startBench } from '../harness/holdfast.ts';

const pod = (name: string, spec: string) =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, namespace: shop}\nspec:\n${spec}  containers: [{name: c, image: example/web}]\n`;
const COMPOSE = `services:
  web:
    image: example/web:1
    ports: ["8080:80"]
    environment: {DB_PASSWORD: correct-horse}
  db:
    image: postgres:16
`;

let bench: Bench;

beforeAll(() => {
  bench = startBench();
  mkdirSync(bench.path('stack'));
  mkdirSync(bench.path('chart'));
  writeFileSync(bench.path('stack/compose.yaml'), COMPOSE);
  writeFileSync(bench.path('stack/notes.yaml'), 'a: 1\n');
  writeFileSync(bench.path('pods.yaml'), [pod('a', '  hostNetwork: true\n'), pod('b', '')].join('---\n'));
  writeFileSync(bench.path('chart/pod.yaml'), pod('{{ .Release.Name }}', ''));
  writeFileSync(bench.path('other.yaml'), 'on: push\n');
});
afterAll(() => bench.remove());

const lines = (text: string): unknown[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('holdfast lint says how containers are run', () => {
  test('by document, with places, and without secrets', async () => {
    const { code, stdout } = await bench.run(['lint', 'stack', '--format', 'jsonl']);
    expect(code).toBe(3);
    expect(stdout).not.toContain('correct-horse');
    const judged = z.array(lintedSchema).parse(lines(stdout));
    expect(judged.map(({ path, kind, document }) => [path, kind, document])).toEqual([
      ['stack/compose.yaml', 'compose', 'service/web'],
      ['stack/compose.yaml', 'compose', 'service/db'],
    ]);
    const near = judged[1]?.reasons.find(({ rule }) => rule === 'run/database-reachable');
    expect(near?.evidence).toBe('outside ─(8080)─▶ web ─[default]─▶ db');
    expect(judged[1]?.reasons.map(({ rule }) => rule)).toContain('run/data-not-kept');
  });

  test('and fails as hard as it is asked to', async () => {
    expect((await bench.run(['lint', 'pods.yaml', '--only', 'run/unpinned-image,run/latest-image'])).code).toBe(0);
    expect((await bench.run(['lint', 'pods.yaml', '--only', '5.28', '--fail-on', 'medium'])).code).toBe(3);
  });

  test('a template is said to be one; named, it is not clean', async () => {
    const below = await bench.run(['lint', 'chart']);
    expect([below.code, below.stdout]).toEqual([0, expect.stringContaining('WORKLOAD_TEMPLATE')]);
    expect((await bench.run(['lint', 'chart/pod.yaml'])).code).toBe(4);
  });
});

test('variables of the shell are not read unless they are named', async () => {
  const input = ['services:', '  web:', `    image: example/web:${'$'}{TAG}`, ''].join('\n');
  const run = async (...args: string[]) =>
    (
      await bench.run(['lint', '-', '--only', 'run/unpinned-image', ...args], {
        input,
        environment: { TAG: 'from-shell' },
      })
    ).stdout;
  expect(await run()).toContain('No findings');
  expect(await run('--env', 'TAG')).toContain('example/web:from-shell');
  expect(await run('--env', 'TAG=given')).toContain('example/web:given');
});

describe('holdfast lint --standard', () => {
  test('prints a line a document', async () => {
    const { code, stdout } = await bench.run([
      'lint',
      'pods.yaml',
      '--standard',
      'pss:baseline:v1.36',
      '--format',
      'jsonl',
    ]);
    expect(code).toBe(3);
    expect(lines(stdout)).toEqual([
      { file: 'pods.yaml', document: 'Pod/shop/a', outcome: 'fail', checks: ['hostNamespaces'] },
      { file: 'pods.yaml', document: 'Pod/shop/b', outcome: 'pass', checks: [] },
    ]);
  });

  test('reads standard input, and has a report', async () => {
    const run = await bench.run(['lint', '-', '--standard', 'pss:baseline:latest', '--format', 'json'], {
      input: pod('b', ''),
    });
    expect(run.code).toBe(0);
    expect(standardReportSchema.parse(JSON.parse(run.stdout)).documents).toMatchObject([
      { file: '-', outcome: 'pass' },
    ]);
  });

  test('does not guess what a variable will be', async () => {
    const run = await bench.run(['lint', '-', '--standard', 'pss:baseline:v1.36', '--format', 'jsonl'], {
      input: pod('b', '  hostNetwork: $NETWORK\n'),
    });
    expect(run.code).toBe(4);
    expect(lines(run.stdout)).toMatchObject([{ outcome: 'unknown', checks: [] }]);
    expect(run.stderr).toContain('spec.hostNetwork of Pod/shop/b is not true or false [LINT_POD_VALUE]');
  });

  test.each([
    [['other.yaml', '--standard', 'pss:baseline:latest'], 4, 'LINT_NO_POD'],
    [['pods.yaml', '--standard', 'pss:baseline:v1.99'], 2, 'LINT_STANDARD'],
    [['pods.yaml', '--standard', 'pss:baseline:v1.36', '--fix'], 2, 'USAGE'],
    [['missing.yaml', '--standard', 'pss:baseline:v1.36'], 2, 'LINT_NO_FILE'],
  ])('%j ends with %d', async (args, code, said) => {
    const run = await bench.run(['lint', ...args]);
    expect([run.code, `${run.stdout}${run.stderr}`]).toEqual([code, expect.stringContaining(said)]);
  });
});
