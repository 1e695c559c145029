import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Bench, startBench } from '../harness/holdfast.ts';

const BAD = 'FROM debian\nRUN curl https://example.com/i.sh | sh\nADD app /app\n';
const GOOD = 'FROM debian:12.5\nUSER 10001\nCMD ["/bin/true"]\n';

let bench: Bench;
beforeAll(() => {
  bench = startBench();
  writeFileSync(bench.path('Dockerfile'), BAD);
  writeFileSync(bench.path('good.Dockerfile'), GOOD);
  writeFileSync(bench.path('template'), 'FROM {{ .Image }}\n');
  writeFileSync(bench.path('large'), `FROM a:1\n${'#'.repeat(10_000_000)}\n`);
});
afterAll(() => bench.remove());

describe('holdfast lint on build files', () => {
  test.each([
    ['Dockerfile', 3],
    ['good.Dockerfile', 0],
    ['good.Dockerfile --fail-on negligible', 3],
    ['template', 4],
    ['large', 4],
    ['absent', 2],
    ['Dockerfile --only DL0', 2],
    ['- --fix', 2],
  ])('%s ends with %i', async (args, code) => {
    const done = await bench.run(['lint', ...args.split(' ')]);
    expect([done.code, `${done.stdout}${done.stderr}`.includes('    at ')]).toEqual([code, false]);
  });

  test('fits the terminal, and names places and hadolint’s ids', async () => {
    const { stdout } = await bench.run(['lint', 'Dockerfile']);
    expect(stdout).toContain('  1:1  medium  build/untagged-base DL3006');
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  test('JSON has the very place and the ids elsewhere', async () => {
    const { stdout } = await bench.run(['lint', 'Dockerfile', '--format', 'json', '--only', 'build/add-for-files']);
    const report = JSON.parse(stdout) as { judged: { reasons: unknown[] }[]; rules: { id: string }[] };
    expect(report.rules.map(({ id }) => id)).toEqual(['build/add-for-files']);
    expect(report.judged[0]?.reasons).toMatchObject([
      { rule: 'build/add-for-files', elsewhere: [{ standard: 'hadolint', id: 'DL3020' }, { standard: 'cis-docker' }] },
    ]);
  });

  test('hadolint’s configuration in the current directory is read', async () => {
    writeFileSync(bench.path('.hadolint.yaml'), 'ignored: [DL3006, build/remote-script, build/pipe-hides-failure]\n');
    const { code, stdout } = await bench.run(['lint', 'Dockerfile']);
    expect([code, stdout.includes('DL3006')]).toEqual([0, false]);
    writeFileSync(bench.path('.hadolint.yaml'), 'ignore: [DL3006]\n');
    expect(await bench.run(['lint', 'Dockerfile'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('.hadolint.yaml:1:1: ignore is not known [HADOLINT_CONFIG]'),
    });
    writeFileSync(bench.path('.hadolint.yaml'), '');
  });

  test('--fix writes what is mechanical, once', async () => {
    const first = await bench.run(['lint', 'Dockerfile', '--fix']);
    expect(first.stdout).toContain('Mended Dockerfile: 1 edit.');
    const text = readFileSync(bench.path('Dockerfile'), 'utf8');
    expect(text).toBe(BAD.replace('ADD', 'COPY'));
    const second = await bench.run(['lint', 'Dockerfile', '--fix']);
    expect([second.stdout.includes('Mended'), readFileSync(bench.path('Dockerfile'), 'utf8')]).toEqual([false, text]);
  });
});
