import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { HoldPhase } from '#volume/hold/hold-types.ts';
import { type HoldBench, startHoldBench } from '../harness/hold-bench.ts';
import { needs } from '../harness/skip.ts';

const RUNNING = { app: 'running', db: 'running', web: 'running' };

needs('engine', 'busybox')('holding containers', () => {
  let bench: HoldBench;
  beforeAll(async () => {
    bench = await startHoldBench();
  });
  afterAll(() => bench?.stop());
  afterEach(async () => {
    expect(await bench.states()).toEqual(RUNNING);
    expect(bench.journal()).toEqual([]);
    expect(await bench.processes()).toEqual([]);
  });

  const events = async (since: number) => {
    const args = ['--since', String(since), '--until', String(Date.now() / 1000), '--filter', 'type=container'];
    const lines = (
      await bench.engine.docker('events', ...args, '--format', '{{.Action}} {{.Actor.Attributes.name}}')
    ).trim();
    return lines.split('\n');
  };

  test.each(['pause', 'stop'] as const)('%s: in the order given, released in reverse', async (method) => {
    const since = Date.now() / 1000;
    const { stack } = bench;
    const worker = bench.work({ targets: stack, method, workMs: 60_000, capMs: 60_000 });
    await worker.holding;
    const heldAt = Date.now();
    const state = method === 'pause' ? 'paused' : 'exited';
    expect(await bench.states()).toEqual({ app: state, db: state, web: state });
    expect(bench.journal()).toHaveLength(1);
    const heldMs = Date.now() - heldAt;
    worker.finish();
    const outcome = await worker.ended;
    expect(outcome).toMatchObject({ kind: 'done', value: 'worked', left: [], disturbances: [] });
    // Two clocks that are cut to milliseconds.
    if (outcome.kind === 'done') expect(outcome.heldMs).toBeGreaterThanOrEqual(heldMs - 2);
    const [hold, release] = method === 'pause' ? ['pause', 'unpause'] : ['stop', 'start'];
    const orders = (await events(since)).filter(
      (event) => event.startsWith(`${hold} `) || event.startsWith(`${release} `),
    );
    expect(orders).toEqual([
      ...stack.map((name) => `${hold} ${name}`),
      ...[...stack].reverse().map((name) => `${release} ${name}`),
    ]);
  });

  test('what others paused or stopped stays so, also when the run is killed', async () => {
    await bench.engine.docker('pause', 'app');
    await bench.engine.docker('stop', 'db');
    const outcome = await bench.work({ targets: bench.stack, method: 'pause', workMs: 50 }).ended;
    expect(outcome).toMatchObject({
      kind: 'done',
      left: [
        { name: 'app', state: 'paused' },
        { name: 'db', state: 'exited' },
      ],
    });
    const kill = { phase: 'working', nth: 1 } as const;
    await bench.work({ targets: bench.stack, method: 'pause', workMs: 50, alone: true, kill }).ended;
    expect(await bench.states()).toEqual({ app: 'paused', db: 'exited', web: 'paused' });
    const { report } = await bench.reconcile();
    expect(report.containers).toMatchObject([{ name: 'web', did: 'unpaused' }]);
    expect(await bench.states()).toEqual({ app: 'paused', db: 'exited', web: 'running' });
    await bench.engine.docker('unpause', 'app');
    await bench.engine.docker('start', 'db');
  });

  test('a cap ends a hold that takes too long', async () => {
    const outcome = await bench.work({ targets: bench.stack, method: 'pause', workMs: 60_000, capMs: 500 }).ended;
    expect(outcome).toMatchObject({
      kind: 'cap-exceeded',
      held: [expect.any(String), expect.any(String), expect.any(String)],
    });
  });

  test.each(['SIGTERM', 'SIGINT'] as const)('%s ends a hold', async (signal) => {
    const worker = bench.work({ targets: bench.stack, method: 'pause', workMs: 60_000 });
    await worker.holding;
    worker.child.kill(signal);
    expect(await worker.ended).toMatchObject({ kind: 'interrupted', signal });
  });

  const KILLS: readonly (readonly [HoldPhase | 'working', number, 'pause' | 'stop'])[] = [
    ['before-journal', 1, 'pause'],
    ['journalled', 1, 'pause'],
    ['asking', 2, 'pause'],
    ['asked', 2, 'pause'],
    ['held', 3, 'pause'],
    ['working', 1, 'stop'],
    ['before-release', 1, 'pause'],
    ['released', 1, 'pause'],
    ['released', 2, 'stop'],
    ['before-clear', 1, 'pause'],
  ];
  test.each(KILLS)('killed at %s (%i, %s), the next run releases', async (phase, nth, method) => {
    const kill = { phase, nth };
    const worker = bench.work({ targets: bench.stack, method, workMs: 50, capMs: 60_000, alone: true, kill });
    expect(await worker.ended).toEqual({ kind: 'killed', at: phase });
    const begun = performance.now();
    const { code, report } = await bench.reconcile();
    expect(performance.now() - begun).toBeLessThan(5_000);
    expect({ code, problems: report.problems }).toEqual({ code: 0, problems: [] });
    expect(await bench.states()).toEqual(RUNNING);
    expect((await bench.reconcile()).report).toEqual({
      ...{ containers: [], living: [], problems: [] },
      ...{ commands: [], removed: [] },
    });
  });

  test.each(['pause', 'stop'] as const)(
    '%s: killed with its whole process group, the watchdog releases',
    async (method) => {
      const kill = { phase: 'working', nth: 1, group: true } as const;
      const worker = bench.work({ targets: bench.stack, method, workMs: 50, capMs: 60_000, kill });
      expect(await worker.ended).toEqual({ kind: 'killed', at: 'working' });
      for (const name of bench.stack) await bench.until(name, 'running', 5_000);
    },
  );

  test('a holder that hangs loses its hold to the watchdog', async () => {
    const worker = bench.work({ targets: bench.stack, method: 'pause', workMs: 300, capMs: 500 });
    await worker.holding;
    worker.child.kill('SIGSTOP');
    for (const name of bench.stack) await bench.until(name, 'running', 15_000);
    worker.child.kill('SIGCONT');
    const outcome = await worker.ended;
    expect(outcome).toMatchObject({
      disturbances: expect.arrayContaining([expect.objectContaining({ code: 'HOLD_OVERDUE' })]),
    });
  });

  test('a living hold is left to its holder, and another waits for it', async () => {
    const first = bench.work({ targets: ['app', 'db'], method: 'pause', workMs: 60_000, capMs: 60_000 });
    await first.holding;
    expect((await bench.reconcile()).report).toMatchObject({
      containers: [],
      living: [expect.any(String)],
      problems: [],
    });
    expect((await bench.states())['db']).toBe('paused');
    const [second, impatient] = [
      bench.work({ targets: ['db', 'web'], method: 'pause', workMs: 100 }),
      bench.work({ targets: ['db'], method: 'pause', workMs: 100, waitMs: 10 }),
    ];
    expect(await impatient.ended).toMatchObject({ kind: 'failed', code: 'HOLD_BUSY' });
    first.finish();
    expect(await first.ended).toMatchObject({ kind: 'done', disturbances: [] });
    expect(await second.ended).toMatchObject({ kind: 'done', disturbances: [], left: [] });
  });

  test('what is released or started anew by others during the work is told', async () => {
    const worker = bench.work({ targets: bench.stack, method: 'pause', workMs: 60_000, capMs: 60_000 });
    await worker.holding;
    await bench.engine.docker('unpause', 'app');
    await bench.engine.docker('restart', 'db');
    worker.finish();
    const outcome = await worker.ended;
    expect(outcome).toMatchObject({ kind: 'done', disturbances: [{ code: 'HOLD_BROKEN' }, { code: 'HOLD_BROKEN' }] });
  });

  test('a container that is removed while it is held', async () => {
    await bench.start('short-lived');
    const worker = bench.work({ targets: ['short-lived', 'db'], method: 'pause', workMs: 60_000, capMs: 60_000 });
    await worker.holding;
    await bench.engine.docker('rm', '--force', 'short-lived');
    worker.finish();
    expect(await worker.ended).toMatchObject({ kind: 'done', disturbances: [{ code: 'HOLD_BROKEN' }] });
    await bench.start('short-lived');
    const kill = { phase: 'working', nth: 1 } as const;
    await bench.work({ targets: ['short-lived', 'db'], method: 'stop', workMs: 50, alone: true, kill }).ended;
    await bench.engine.docker('rm', '--force', 'short-lived');
    const { code, report } = await bench.reconcile();
    expect(code).toBe(0);
    expect(report.containers).toMatchObject([
      { name: 'db', did: 'started' },
      { name: 'short-lived', did: 'nothing', why: 'gone' },
    ]);
  });

  test('killed while the engine is stopping, it is started again when it has stopped', async () => {
    const stubborn = 'trap "" TERM; while :; do sleep 0.1; done';
    const options = ['--network', 'none', '--name', 'stubborn', '--stop-timeout', '3'];
    await bench.engine.docker('run', '-d', ...options, 'small', 'sh', '-c', stubborn);
    const worker = bench.work({ targets: ['stubborn'], method: 'stop', workMs: 50, capMs: 60_000, alone: true });
    while (bench.journal().length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await new Promise((resolve) => setTimeout(resolve, 500));
    worker.child.kill('SIGKILL');
    expect(await worker.ended).toMatchObject({ kind: 'killed' });
    expect((await bench.states())['stubborn']).toBe('running');
    const { code, report } = await bench.reconcile();
    expect(code).toBe(0);
    expect(report.containers).toMatchObject([{ name: 'stubborn', did: 'started' }]);
    await bench.engine.docker('rm', '--force', 'stubborn');
  });

  test('stopping what would be removed by it is refused', async () => {
    await bench.start('brief', '--rm');
    const outcome = await bench.work({ targets: ['brief', 'db'], method: 'stop', workMs: 50 }).ended;
    expect(outcome).toMatchObject({ kind: 'refused', held: [], problems: [{ code: 'HOLD_WOULD_REMOVE' }] });
    expect((await bench.states())['brief']).toBe('running');
    await bench.engine.docker('rm', '--force', 'brief');
  });

  test('what was stopped on purpose while it was held is not started by the next run', async () => {
    const kill = { phase: 'working', nth: 1 } as const;
    await bench.work({ targets: ['db', 'app'], method: 'pause', workMs: 50, alone: true, kill }).ended;
    await bench.engine.docker('stop', '--time', '0', 'db');
    const { code, report } = await bench.reconcile();
    expect(code).toBe(0);
    expect(report.containers).toMatchObject([
      { name: 'app', did: 'unpaused' },
      { name: 'db', did: 'nothing', why: 'stopped' },
    ]);
    await bench.engine.docker('start', 'db');
  });

  test('an engine that is away keeps the journal, which is released when it is back', async () => {
    const kill = { phase: 'working', nth: 1 } as const;
    await bench.work({ targets: ['db'], method: 'pause', workMs: 50, alone: true, kill }).ended;
    const [file = ''] = bench.journal();
    const holds = bench.bench.path('home', 'holdfast', 'holds');
    const content = readFileSync(`${holds}/${file}`, 'utf8');
    const socket = bench.engine.dockerHost;
    writeFileSync(`${holds}/${file}`, content.replace(socket, 'unix:///nowhere/engine.sock'));
    writeFileSync(`${holds}/notes.txt`, 'not ours');
    writeFileSync(`${holds}/0123456789abcdef.hold`, content.slice(0, 40));
    const { code, report, stderr } = await bench.reconcile({ DOCKER_HOST: 'unix:///nowhere/engine.sock' });
    expect(code).toBe(1);
    expect(report.problems.map((problem) => problem.code).sort()).toEqual([
      'HOLD_JOURNAL_FOREIGN',
      'HOLD_JOURNAL_UNREADABLE',
      'HOLD_NOT_RELEASED',
    ]);
    expect(stderr).toContain('holdfast volume reconcile');
    expect(bench.journal()).toHaveLength(3);
    for (const name of ['notes.txt', '0123456789abcdef.hold']) rmSync(`${holds}/${name}`);
    const [kept = ''] = bench.journal();
    writeFileSync(`${holds}/${kept}`, content);
    expect(await bench.reconcile()).toMatchObject({ code: 0 });
  });

  test.each(['SIGTERM', 'SIGKILL'] as const)('the engine restarted (%s) while held', async (signal) => {
    await bench.start('always', '--restart', 'always');
    const targets = ['always', 'db'];
    const kill = { phase: 'working', nth: 1 } as const;
    await bench.work({ targets, method: 'pause', workMs: 50, alone: true, kill }).ended;
    await bench.engine.restart(signal);
    const { code, report } = await bench.reconcile();
    expect({ code, problems: report.problems }).toEqual({ code: 0, problems: [] });
    expect(await bench.states()).toMatchObject({ always: 'running', db: 'running' });
    // The holder lives on: it waits for the engine, and says that its hold was broken.
    const worker = bench.work({ targets, method: 'pause', workMs: 8_000, capMs: 60_000 });
    await worker.holding;
    await bench.engine.restart(signal);
    expect(await worker.ended).toMatchObject({
      kind: 'done',
      disturbances: [{ code: 'HOLD_BROKEN' }, { code: 'HOLD_BROKEN' }],
    });
    await bench.engine.docker('rm', '--force', 'always');
    // What the engine took down with itself, and has no restart policy, was none of the hold's.
    for (const name of ['app', 'web']) await bench.engine.docker('start', name);
  });
});
