import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { sha256, weakKeyFile } from '../../fakes/restic-repository.ts';
import { BASE_LINES, buildImage } from '../build-image.ts';
import { type Engine, startEngine } from '../engine.ts';
import { type Bench, type Ran, startBench } from '../holdfast.ts';
import { TOOL_PATH } from '../tool.ts';
import type { AtStep } from './at-step.ts';
import { type RepositoryServer, startRepositoryServer } from './repository-server.ts';
import { RECORDER, writeState } from './states.ts';

const ROOT = join(import.meta.dirname, '../../..');
const PROGRAM = join(ROOT, 'dist/main.js');
const LIMIT_MS = 90_000;
const PASSWORD = 'never shown to anybody';
/** Directories and files of a home in which something lies only while a run is at work. */
const NOTES = ['holds', 'restores', 'drills', 'commands', 'turns/main', 'turns/far', 'staging/main', 'staging/far'];

/** A run to which something was to be done at a step. */
export interface Stepped {
  /** The step at which it was done; undefined when it was not. */
  readonly step: string | undefined;
  readonly code: number | undefined;
  readonly said: string;
}

/**
 * A private engine, whose containers write; the built program with a home; and repositories: `main` and `second` in
 * directories, `far` behind a server. Volumes: `log`, to which a container writes without an end; `swap`, which one has
 * mounted; `small`, which nobody has.
 */
export interface VolumeBench {
  readonly engine: Engine;
  readonly bench: Bench;
  readonly server: RepositoryServer;
  readonly repositories: readonly string[];
  /** When what the daemon is to do was set: it is due from the next minute on. */
  readonly scheduledMs: number;
  /** Of the program. */
  readonly environment: Readonly<Record<string, string>>;
  /** Where a volume's files are. */
  readonly place: (volume: string) => string;
  /** Brings a volume to its next state, and gives the number of that. */
  change(volume: string): number;
  run(...args: readonly string[]): Promise<Ran>;
  /** Gives standard output. @throws when it ends otherwise than with 0 */
  ok(...args: readonly string[]): Promise<string>;
  /** Runs it until it ends, or dies. */
  runTo(args: readonly string[], step: Omit<AtStep, 'tell'>): Promise<Stepped>;
  /** Waits until everything runs that did, and gives how long that took. @throws after the limit */
  untilRuns(limitMs: number): Promise<number>;
  /** What is left on this machine: processes, notes in the home, what lies beside volumes, mounts, other containers and volumes. */
  leftovers(): Promise<readonly string[]>;
  /** restic itself on a repository. */
  restic(repository: string, ...args: readonly string[]): string;
  stop(): Promise<void>;
}

const SIZES: Readonly<Record<string, number>> = { log: 1_500_000, swap: 700_000, small: 300_000 };

/** @param repositories those that there are to be; without `second`, nothing can be copied, restored in place, drilled or scheduled */
export async function startVolumeBench(
  repositories: readonly ('main' | 'second' | 'far')[] = ['main', 'second', 'far'],
): Promise<VolumeBench> {
  const isWhole = repositories.includes('second');
  const bench = startBench();
  const engine = await startEngine();
  const preload = bench.path('at-step.mjs');
  await build({
    absWorkingDir: ROOT,
    entryPoints: ['test/harness/kills/at-step.ts'],
    outfile: preload,
    bundle: true,
    format: 'esm',
    platform: 'node',
    logLevel: 'warning',
  });
  mkdirSync(bench.path('repositories/far'), { recursive: true });
  const server = await startRepositoryServer(bench.path('repositories/far'));
  const environment = {
    PATH: process.env['PATH'] ?? '',
    HOME: bench.path('home'),
    HOLDFAST_HOME: bench.path('holdfast'),
    DOCKER_HOST: engine.dockerHost,
    RESTIC_REST_USERNAME: 'holdfast',
    RESTIC_REST_PASSWORD: PASSWORD,
  };
  const run = (...args: readonly string[]) => bench.run(args, { environment });
  const ok = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await run(...args);
    if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${stdout}${stderr}`);
    return stdout;
  };
  const restic = (repository: string, ...args: readonly string[]) =>
    execFileSync('restic', ['-r', bench.path('repositories', repository), ...args], {
      env: {
        PATH: TOOL_PATH,
        RESTIC_PASSWORD_FILE: bench.path('password'),
        RESTIC_CACHE_DIR: bench.path('their-cache'),
      },
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });

  writeFileSync(bench.path('password'), `${PASSWORD}\n`, { mode: 0o600 });
  await ok('init');
  for (const name of repositories) {
    const location = name === 'far' ? server.location : bench.path('repositories', name);
    await ok('volume', 'repo', 'init', name, '--location', location, '--password-file', bench.path('password'));
    weaken(bench.path('repositories', name), restic(name, 'cat', 'masterkey', '--no-lock', '--quiet'));
  }
  await buildImage(engine, 'busybox:latest', [...BASE_LINES, 'CMD ["sleep", "100000"]']);
  const container = (name: string, ...rest: readonly string[]) =>
    engine.docker('run', '--detach', '--network', 'none', '--stop-timeout', '0', '--name', name, ...rest);
  await engine.docker('volume', 'create', 'small');
  const mountpoint = (await engine.docker('volume', 'inspect', '--format', '{{.Mountpoint}}', 'small')).trim();
  const place = (volume: string) => mountpoint.replace(/small(?=\/_data$)/, volume);
  const dump = 'holdfast.volume.dump=sleep 0.1; tail -n 1 /data/a';
  await container('recorder', '--label', dump, '--volume', 'log:/data', 'busybox', 'sh', '-c', RECORDER);
  const probe = 'holdfast.volume.probe=cat /data/state';
  await container('reader', '--label', probe, '--volume', 'swap:/data', 'busybox');

  const rounds = new Map<string, number>();
  const change = (volume: string) => {
    const round = (rounds.get(volume) ?? 0) + 1;
    rounds.set(volume, round);
    writeState(place(volume), round, SIZES[volume] ?? 0);
    return round;
  };
  const running = async () => {
    const all = await engine.docker('ps', '--all', '--format', '{{.Names}} {{.State}}');
    return all.trim().split('\n').sort().join(', ');
  };
  const usual = 'reader running, recorder running';
  for (const volume of ['log', 'swap', 'small']) change(volume);
  for (const repository of repositories.filter((name) => name !== 'second')) {
    await ok('volume', 'retention', 'set', '--repo', repository, '--volume', 'small', '--last', '2');
    // So that there is something to forget, and to go back to.
    for (const volume of isWhole ? ['small', 'small', 'swap'] : ['small', 'small']) {
      await ok('volume', 'snapshot', volume, '--repo', repository);
      if (volume === 'small') change(volume);
    }
  }
  if (isWhole) {
    await ok('volume', 'schedule', 'set', 'often', '--volume', 'log', '--repo', 'main', '--cron', '* * * * *');
  }

  return {
    ...{ scheduledMs: Date.now(), engine, bench, server, repositories, environment, place, change, run, ok, restic },
    runTo: (args, step) => stepped(args, { ...step, tell: bench.path('steps') }, preload, environment),
    untilRuns: async (limitMs) => {
      const begun = performance.now();
      for (;;) {
        const states = await running();
        // Those of a drill run or not.
        const own = states.split(', ').filter((state) => !state.startsWith('holdfast-drill-'));
        const tookMs = performance.now() - begun;
        if (own.join(', ') === usual) return tookMs;
        if (tookMs > limitMs) throw new Error(`after ${Math.round(tookMs)} ms: ${states}`);
      }
    },
    leftovers: async () => {
      const containers = await running();
      const volumes = (await engine.docker('volume', 'ls', '--quiet')).trim().split('\n').sort().join(', ');
      return [
        ...processesOf(bench.directory),
        ...NOTES.flatMap((name) => filesIn(bench.path('holdfast', name))),
        ...['log', 'swap', 'small'].flatMap((volume) =>
          readdirSync(join(place(volume), '..')).filter((name) => name !== '_data'),
        ),
        ...readFileSync('/proc/self/mountinfo', 'utf8')
          .split('\n')
          .filter((line) => line.includes(` ${bench.directory}`)),
        ...(containers === usual ? [] : [containers]),
        ...(volumes === 'log, small, swap' ? [] : [volumes]),
      ];
    },
    stop: async () => {
      await server.stop();
      await engine.stop();
      bench.remove();
    },
  };
}

/** Opening a repository derives a key, for half a second of a processor, thousands of times in all. This key costs nothing. */
function weaken(repository: string, master: string): void {
  const { mac, encrypt } = JSON.parse(master) as { mac: { k: string; r: string }; encrypt: string };
  const [bytes, macK, macR] = [encrypt, mac.k, mac.r].map((text) => Buffer.from(text, 'base64'));
  if (bytes === undefined || macK === undefined || macR === undefined) throw new Error('no key');
  const file = weakKeyFile({ encrypt: bytes, macK, macR }, PASSWORD);
  const keys = join(repository, 'keys');
  for (const old of readdirSync(keys)) rmSync(join(keys, old), { force: true });
  writeFileSync(join(keys, sha256(file)), file);
}

function stepped(
  args: readonly string[],
  step: AtStep,
  preload: string,
  environment: Readonly<Record<string, string>>,
): Promise<Stepped> {
  rmSync(step.tell, { force: true });
  const child: ChildProcess = spawn(process.execPath, ['--import', preload, PROGRAM, ...args], {
    env: { ...environment, HOLDFAST_TEST_STEP: JSON.stringify(step) },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    // Not `close`: what it started may still hold its output.
    child.on('exit', (code, signal) => {
      const steps = existsSync(step.tell) ? readFileSync(step.tell, 'utf8').split('\n') : [];
      const done = steps.find((line) => line.startsWith('done '))?.slice('done '.length);
      const isKilled = step.act.kind === 'kill' && done !== undefined;
      if ((signal === 'SIGKILL') !== isKilled)
        said += `\nit was ended by ${signal} after: ${steps.slice(-3).join('; ')}`;
      resolve({ step: done, code: code ?? undefined, said });
    });
  });
}

/** Command lines of what was started with this directory in its environment and is not of the engine. */
function processesOf(directory: string): readonly string[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const environment = readFileSync(`/proc/${name}/environ`, 'utf8');
      if (!/(?:HOLDFAST_HOME|RESTIC_CACHE_DIR)=/.test(environment) || !environment.includes(`=${directory}`)) return [];
      return [readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ')];
    } catch {
      return [];
    }
  });
}

function filesIn(directory: string): readonly string[] {
  return existsSync(directory)
    ? readdirSync(directory, { recursive: true }).map((name) => join(directory, String(name)))
    : [];
}
