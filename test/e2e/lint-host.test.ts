import { afterAll, beforeAll, expect, test } from 'vitest';
import { hostReportSchema } from '#api/host-report.ts';
import { type Engine, startEngine } from '../harness/engine.ts';
import { type Bench, startBench } from '../harness/holdfast.ts';
import { needs } from '../harness/skip.ts';

needs('engine')('lint host:', () => {
  let bench: Bench;
  let engine: Engine;

  beforeAll(async () => {
    bench = startBench();
    engine = await startEngine();
  });
  afterAll(async () => {
    await engine.stop();
    bench.remove();
  });

  test('says how each check of the benchmark came out', async () => {
    const run = await bench.run(['lint', 'host:', '--format', 'json'], {
      environment: { DOCKER_HOST: engine.dockerHost },
    });
    const { checks } = hostReportSchema.parse(JSON.parse(run.stdout));
    expect(checks).toHaveLength(62);
    const outcomes = new Map(checks.map(({ cis, outcome, sentence }) => [cis, [outcome, sentence]]));
    expect(outcomes.get('2.1')?.[0]).toBe('fail');
    expect(outcomes.get('2.5')).toEqual(['pass', 'Every registry is asked with TLS.']);
    expect(outcomes.get('2.6')?.[0]).toBe('pass');
    expect(outcomes.get('2.9')?.[0]).toBe('fail');
    expect(outcomes.get('3.16')?.[0]).toMatch(/pass|fail/);
  });

  test('asks only what it is asked to', async () => {
    const environment = { DOCKER_HOST: engine.dockerHost };
    const run = await bench.run(['lint', 'host:', '--only', '2.6,2.18', '--format', 'jsonl'], { environment });
    expect(
      run.stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).cis),
    ).toEqual(['2.6', '2.18']);
    expect(run.code).toBe(0);
    const strict = await bench.run(['lint', 'host:', '--only', '2.15', '--fail-on', 'low'], { environment });
    expect([strict.code, strict.stdout]).toEqual([3, expect.stringMatching(/2\.15 +FAIL/)]);
  });

  test('without an engine, what it says is unknown, and nothing is clean', async () => {
    const run = await bench.run(['lint', 'host:', '--only', '2.6'], {
      environment: { DOCKER_HOST: 'unix:///nothing' },
    });
    expect([run.code, run.stdout]).toEqual([4, expect.stringContaining('1 unknown')]);
  });

  test('is judged alone', async () => {
    expect((await bench.run(['lint', 'host:', '.'])).code).toBe(2);
  });
});
