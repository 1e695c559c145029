import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SnapshotTaken } from '#api/volume-snapshot-report.ts';
import { type Engine, startEngine } from '../harness/engine.ts';
import { type Bench, startBench } from '../harness/holdfast.ts';
import { needs } from '../harness/skip.ts';

/** A million takes a quarter of an hour on a busy machine; it was run. */
const FILES = Number(process.env['HOLDFAST_SOAK_FILES'] ?? 200_000);
const IN_EACH = 1000;
/** What Holdfast itself may take, whatever there is; restic takes more. */
const MOST_BYTES = 512 * 1024 * 1024;
const LIMIT_MS = 3_600_000;

needs(
  'engine',
  'busybox',
  'restic',
)(`a volume of ${FILES} files`, () => {
  let bench: Bench;
  let engine: Engine;
  let mountpoint: string;
  const took: string[] = [];
  /** Runs it, and holds it to its memory. */
  const ok = async (...args: readonly string[]) => {
    const environment = { HOLDFAST_HOME: bench.path('holdfast'), DOCKER_HOST: engine.dockerHost };
    const begun = performance.now();
    const ran = await bench.run(args, { environment, limitMs: LIMIT_MS });
    expect(ran, ran.stderr).toMatchObject({ code: 0 });
    const { peakBytes = Number.NaN } = ran;
    const seconds = Math.round((performance.now() - begun) / 1000);
    took.push(`${args.slice(0, 3).join(' ')}: ${seconds} s, ${Math.round(peakBytes / 1e6)} MB`);
    expect(peakBytes).toBeLessThan(MOST_BYTES);
    return ran.stdout;
  };
  /** A tenth of them hold something, each something else: the others cost inodes, and no room. */
  const textOf = (index: number) => (index % 10 === 0 ? `${index}\n` : '');
  const nameOf = (index: number) => `d${Math.floor(index / IN_EACH)}/f${index}`;

  beforeAll(async () => {
    bench = startBench();
    engine = await startEngine();
    await engine.docker('volume', 'create', 'many');
    mountpoint = (await engine.docker('volume', 'inspect', '--format', '{{.Mountpoint}}', 'many')).trim();
    for (let index = 0; index < FILES; index += 1) {
      if (index % IN_EACH === 0) mkdirSync(join(mountpoint, `d${index / IN_EACH}`));
      writeFileSync(join(mountpoint, nameOf(index)), textOf(index));
    }
    writeFileSync(bench.path('password'), 'never shown to anybody\n', { mode: 0o600 });
    await ok('init');
    const where = ['--location', bench.path('repo'), '--password-file', bench.path('password')];
    await ok('volume', 'repo', 'init', 'main', ...where);
  }, LIMIT_MS);
  afterAll(async () => {
    console.log(took.join('\n'));
    await engine?.stop();
    bench?.remove();
  }, LIMIT_MS);

  test('is kept, verified, listed and restored in bounded memory', { timeout: LIMIT_MS }, async () => {
    const taken: SnapshotTaken = JSON.parse(await ok('volume', 'snapshot', 'many', '--format', 'json'));
    // With its manifest.
    expect(taken).toMatchObject({ complete: true, method: 'still', files: FILES + 1 });
    await ok('volume', 'snapshot', 'many');
    await ok('volume', 'verify', '--independent');
    const target = bench.path('back');
    await ok('volume', 'restore', taken.snapshot, '--volume', 'many', '--target', target);
    const count = execFileSync('sh', ['-c', 'find . -type f | wc -l'], { cwd: target, encoding: 'utf8' });
    expect(Number(count)).toBe(FILES);
    for (let index = 0; index < FILES; index += 997) {
      expect(readFileSync(join(target, nameOf(index)), 'utf8')).toBe(textOf(index));
    }
    rmSync(target, { recursive: true });
  });
});
