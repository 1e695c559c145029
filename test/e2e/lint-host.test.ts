import { afterAll, beforeAll, expect, test } from 'vitest';
import { hostReportSchema } from '#api/host-report.ts';
import { BASE_LINES, buildImage } from '../harness/build-image.ts';
import { type Engine, startEngine } from '../harness/engine.ts';
import { type Bench, startBench } from '../harness/holdfast.ts';
import { needs } from '../harness/skip.ts';

needs('engine', 'busybox')('lint host: and containers of an engine', () => {
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
    expect(checks).toHaveLength(94);
    const outcomes = new Map(checks.map(({ cis, outcome, sentence }) => [cis, [outcome, sentence]]));
    expect(outcomes.get('2.1')?.[0]).toBe('fail');
    expect(outcomes.get('2.5')).toEqual(['pass', 'Every registry is asked with TLS.']);
    expect(outcomes.get('2.6')?.[0]).toBe('pass');
    expect(outcomes.get('2.9')?.[0]).toBe('fail');
    expect(outcomes.get('3.16')?.[0]).toMatch(/pass|fail/);
    expect(outcomes.get('5.5')).toEqual(['not-applicable', 'No container runs.']);
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

  test('section 5 names the containers that run so', async () => {
    await buildImage(engine, 'server', [...BASE_LINES, 'CMD ["sleep", "1000"]']);
    const run = ['run', '--detach', '--stop-timeout', '1', '--network', 'none', '--name'];
    await engine.docker(...run, 'open', '--volume', '/etc:/host:ro', '--restart', 'always', 'server');
    await engine.docker(...run, 'small', '--memory', '64m', '--user', '1000', 'server');
    const environment = { DOCKER_HOST: engine.dockerHost };
    const only = ['--only', '5.5,5.6,5.7,5.11,5.15', '--format', 'jsonl'];
    const { stdout } = await bench.run(['lint', 'host:', ...only], { environment });
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ cis, outcome, sentence }) => `${cis} ${outcome} ${sentence}`)).toEqual([
      '5.5 pass None of 2: privileged.',
      '5.6 fail open: directories of the host itself are mounted.',
      '5.7 pass None of 2 runs sshd.',
      '5.11 fail open: no limit for memory.',
      '5.15 fail open: restarted for ever.',
    ]);
    await engine.docker('rm', '--force', 'open', 'small');
  });

  test('what an engine says of its containers is judged as what was asked for', async () => {
    await buildImage(engine, 'web', [...BASE_LINES, 'CMD ["sleep", "1"]']);
    const asked = [
      '--privileged',
      '--network',
      'none',
      '--volume',
      '/etc:/host:ro',
      '--env',
      'DB_PASSWORD=correct-horse',
      '--memory',
      '64m',
    ];
    await engine.docker('create', '--name', 'bad', ...asked, 'web');
    const hard = [
      '--user',
      '1000',
      '--read-only',
      '--cap-drop',
      'ALL',
      '--security-opt',
      'no-new-privileges',
      '--network',
      'none',
    ];
    const limits = ['--memory', '64m', '--cpus', '0.5', '--pids-limit', '50', '--health-cmd', 'true'];
    await engine.docker('create', '--name', 'good', ...hard, ...limits, 'web');
    const input = await engine.docker('inspect', 'bad', 'good');
    const run = await bench.run(['lint', '-', '--format', 'jsonl', '--skip', 'run/latest-image'], { input });
    expect(run.stdout).not.toContain('correct-horse');
    const said = run.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
      .map(({ document, reasons }) => [document, reasons.map(({ rule }: { rule: string }) => rule).sort()]);
    expect(said).toEqual([
      [
        'container/bad',
        [
          'run/no-health-check',
          'run/no-limits',
          'run/privilege-escalation',
          'run/privileged',
          'run/root-user',
          'run/secret-in-environment',
          'run/sensitive-host-path',
          'run/writable-root',
        ],
      ],
      ['container/good', []],
    ]);
  });

  test('is judged alone', async () => {
    expect((await bench.run(['lint', 'host:', '.'])).code).toBe(2);
  });
});
