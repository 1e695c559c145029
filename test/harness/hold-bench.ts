import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { VolumeReconcileReport } from '#api/volume-reconcile-report.ts';
import type { HoldOutcome } from '#volume/hold/hold-types.ts';
import { BASE_LINES, buildImage } from './build-image.ts';
import { type Engine, startEngine } from './engine.ts';
import type { HoldPlan } from './hold-worker.ts';
import { type Bench, type Ran, startBench } from './holdfast.ts';

const ROOT = join(import.meta.dirname, '../..');
const PROGRAM = join(ROOT, 'dist/main.js');

/** How a run of the worker ended. */
export type Worked =
  | HoldOutcome<string>
  | { readonly kind: 'failed'; readonly code: string; readonly message: string }
  /** It was killed, there or elsewhere. */
  | { readonly kind: 'killed'; readonly at: string | undefined };

/** A run of the worker. */
export interface Working {
  readonly child: ChildProcess;
  /** All is held. */
  readonly holding: Promise<void>;
  /** Ends the work, once all is held, before its time. */
  finish(): void;
  readonly ended: Promise<Worked>;
}

/** A private engine with containers, a home, and processes that hold the containers. */
export interface HoldBench {
  readonly engine: Engine;
  readonly bench: Bench;
  /** Names of what runs: `db`, `app`, `web`. */
  readonly stack: readonly string[];
  /** Starts a container that ends at once when it is told to. */
  start(name: string, ...options: readonly string[]): Promise<void>;
  work(plan: Omit<HoldPlan, 'program'>): Working;
  reconcile(environment?: Readonly<Record<string, string>>): Promise<Ran & { readonly report: VolumeReconcileReport }>;
  /** Name to state. */
  states(): Promise<Readonly<Record<string, string>>>;
  /** Waits until a container has a state. */
  until(name: string, state: string, limitMs?: number): Promise<void>;
  /** Files in the journal. */
  journal(): readonly string[];
  /** Processes of the worker and of the watchdog; what has just been told to end is waited for. */
  processes(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

const LOOP = 'trap "exit 0" TERM; while :; do sleep 0.1 & wait; done';

export async function startHoldBench(): Promise<HoldBench> {
  const bench = startBench();
  const engine = await startEngine();
  mkdirSync(join(ROOT, '.scratch'), { recursive: true });
  const directory = mkdtempSync(join(ROOT, '.scratch', 'hold-'));
  const worker = join(directory, 'worker.mjs');
  const environment = {
    PATH: process.env['PATH'] ?? '',
    HOME: bench.path('home'),
    HOLDFAST_HOME: bench.path('home', 'holdfast'),
    DOCKER_HOST: engine.dockerHost,
  };
  await build({
    absWorkingDir: ROOT,
    entryPoints: ['test/harness/hold-worker.ts'],
    outfile: worker,
    bundle: true,
    format: 'esm',
    platform: 'node',
    logLevel: 'warning',
  });
  await buildImage(engine, 'small', BASE_LINES);
  const start = async (name: string, ...options: readonly string[]) => {
    await engine.docker('run', '-d', '--network', 'none', '--name', name, ...options, 'small', 'sh', '-c', LOOP);
  };
  const stack = ['web', 'app', 'db'];
  for (const name of [...stack].reverse()) await start(name);
  const states = async () => {
    const lines = (await engine.docker('ps', '--all', '--format', '{{.Names}} {{.State}}')).trim().split('\n');
    return Object.fromEntries(lines.map((line) => line.split(' ') as [string, string]).sort());
  };
  return {
    engine,
    bench,
    stack,
    start,
    work: (plan) => startWorker(worker, { ...plan, program: PROGRAM }, environment),
    reconcile: async (more = {}) => {
      const ran = await bench.run(['volume', 'reconcile', '--format', 'json'], {
        environment: { ...environment, ...more },
      });
      return { ...ran, report: JSON.parse(ran.stdout) };
    },
    states,
    until: async (name, state, limitMs = 20_000) => {
      const limit = Date.now() + limitMs;
      while ((await states())[name] !== state) {
        if (Date.now() > limit) throw new Error(`${name} is not ${state}: ${JSON.stringify(await states())}`);
      }
    },
    journal: () => {
      const holds = bench.path('home', 'holdfast', 'holds');
      return existsSync(holds) ? readdirSync(holds) : [];
    },
    processes: async () => {
      let left: readonly string[] = [];
      for (let tried = 0; tried < 50; tried += 1) {
        left = processesWith(bench.directory);
        if (left.length === 0) break;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      return left;
    },
    stop: async () => {
      await engine.stop();
      rmSync(directory, { recursive: true, force: true });
      bench.remove();
    },
  };
}

/** Command lines of processes whose environment names the directory: only those that the bench started. */
function processesWith(directory: string): readonly string[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      if (!readFileSync(`/proc/${name}/environ`, 'utf8').includes(`HOLDFAST_HOME=${directory}`)) return [];
      return [readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ')];
    } catch {
      return [];
    }
  });
}

function startWorker(worker: string, plan: HoldPlan, environment: Readonly<Record<string, string>>): Working {
  const child = spawn(process.execPath, [worker, JSON.stringify(plan)], {
    detached: true,
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  let isHolding = () => {};
  const holding = new Promise<void>((resolve) => {
    isHolding = resolve;
  });
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
    if (printed.includes('working\n')) isHolding();
  });
  const ended = new Promise<Worked>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => {
      const last = printed.trim().split('\n').at(-1) ?? '';
      if (last.startsWith('{')) resolve(JSON.parse(last));
      else resolve({ kind: 'killed', at: /killed at (\S+)/.exec(printed)?.[1] });
    });
  });
  return { child, holding, finish: () => void child.kill('SIGUSR2'), ended };
}
