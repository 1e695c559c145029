import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BASE_LINES, buildImage } from '../harness/build-image.ts';
import { type Engine, startEngine } from '../harness/engine.ts';
import { type Bench, startBench } from '../harness/holdfast.ts';
import { needs } from '../harness/skip.ts';

const ROUNDS = Number(process.env['HOLDFAST_SOAK_ROUNDS'] ?? 30);
const SEED = Number(process.env['HOLDFAST_SOAK_SEED'] ?? 1);
const RUNNING_LIMIT_MS = 20_000;

needs(
  'engine',
  'busybox',
  'restic',
)('a restore in place that is killed', () => {
  let bench: Bench;
  let engine: Engine;
  let environment: Record<string, string>;
  const ok = async (...args: readonly string[]) => {
    const ran = await bench.run(args, { environment });
    expect(ran, ran.stderr).toMatchObject({ code: 0 });
    return ran.stdout;
  };
  beforeAll(async () => {
    bench = startBench();
    engine = await startEngine();
    await buildImage(engine, 'busybox:latest', [...BASE_LINES, 'CMD ["sleep", "100000"]']);
    environment = { HOLDFAST_HOME: bench.path('holdfast'), DOCKER_HOST: engine.dockerHost };
    writeFileSync(bench.path('password'), 'a password\n', { mode: 0o600 });
    await ok('init');
    const where = ['--location', bench.path('repo'), '--password-file', bench.path('password')];
    await ok('volume', 'repo', 'init', 'main', ...where);
    const run = ['run', '--detach', '--network', 'none', '--stop-timeout', '0', '--volume', 'db:/data'];
    await engine.docker(...run, '--name', 'server', 'busybox');
  });
  afterAll(async () => {
    await engine?.stop();
    bench?.remove();
  });

  test(`leaves the old or the new, whole, and its container running: ${ROUNDS} kills, seed ${SEED}`, async () => {
    const mountpoint = (await engine.docker('volume', 'inspect', '--format', '{{.Mountpoint}}', 'db')).trim();
    const state = () =>
      readdirSync(mountpoint)
        .map((name) => readFileSync(join(mountpoint, name), 'utf8'))
        .join();
    const ids: string[] = [];
    for (const word of ['first', 'second']) {
      await engine.docker('exec', 'server', 'sh', '-c', `for n in a b c; do echo ${word} >/data/$n; done`);
      ids.push(JSON.parse(await ok('volume', 'snapshot', 'db', '--repo', 'main', '--format', 'json')).snapshot);
    }
    const states = ['first\n,first\n,first\n', 'second\n,second\n,second\n'];
    const restore = (to: number) => [
      'volume',
      'restore',
      ids[to] ?? '',
      '--volume',
      'db',
      '--in-place',
      '--repo',
      'main',
    ];
    const begun = performance.now();
    await ok(...restore(0));
    const wholeMs = performance.now() - begun;
    let at = 0;
    let swaps = 1;
    const seen = new Map<string, number>();
    let random = SEED;
    for (let round = 0; round < ROUNDS; round += 1) {
      random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 0;
      // The swap comes near the end.
      const delayMs = wholeMs * (0.5 + (0.55 * random) / 2 ** 32);
      const to = 1 - at;
      const through = ['timeout', '-s', 'KILL', (delayMs / 1000).toFixed(3)];
      const { code } = await bench.run(restore(to), { environment, through });
      await ok('volume', 'reconcile');
      for (let waited = 0; ; waited += 100) {
        if ((await engine.docker('inspect', '--format', '{{.State.Running}}', 'server')).includes('true')) break;
        expect(waited).toBeLessThan(RUNNING_LIMIT_MS);
        await sleep(100);
      }
      expect(states).toContain(state());
      const swapped = state() === states[to];
      // Who is told that it was done has it.
      if (code === 0) expect(swapped).toBe(true);
      // The container sees what is there, not what was.
      const inside = await engine.docker('exec', 'server', 'cat', '/data/a');
      expect(`${inside},`.repeat(3).slice(0, -1)).toBe(state());
      const how = `${code === 0 ? 'done' : 'killed'}, ${swapped ? 'new' : 'old'}`;
      seen.set(how, (seen.get(how) ?? 0) + 1);
      if (swapped) {
        at = to;
        swaps += 1;
      }
    }
    console.log(`${[...seen].map(([how, count]) => `${how}: ${count}`).join('; ')}; whole ${Math.round(wholeMs)} ms`);
    await ok(...restore(1 - at));
    const told = JSON.parse(await ok('log', '--type', 'volume.restored', '--limit', '10000', '--format', 'json'));
    expect(told).toHaveLength(swaps + 1);
    expect(readdirSync(join(mountpoint, '..'))).toEqual(['_data']);
    expect(readdirSync(bench.path('holdfast/restores'))).toEqual([]);
  });
});
