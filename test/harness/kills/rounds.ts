import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { initHome } from '#app/home/init-home.ts';
import type { Looked, Plan } from './plan.ts';

const ROOT = join(import.meta.dirname, '../../..');
const LIMIT_MS = 120_000;

/** What one run of the appending program said, and how it ended. */
export interface Ended {
  readonly acknowledged: Readonly<Record<string, number>>;
  /** Codes of what failed, by key. */
  readonly failed: Readonly<Record<string, string>>;
  readonly checkpoints: readonly string[];
  /** It was ready, and died by SIGKILL before it was done. */
  readonly killedAtWork: boolean;
  /** The phase that it said it died in. */
  readonly phase: string | undefined;
  readonly done: boolean;
  readonly complaint: string;
}

export interface RunOptions {
  /** A program with its first arguments that starts it, such as strace. */
  readonly through?: readonly string[];
  /** Kills it from outside so long after it was ready. */
  readonly killAfterMs?: number;
  /** Variables beside those of this process. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** The two programs, and a scratch directory for homes. */
export interface Rounds {
  readonly directory: string;
  readonly appender: string;
  /** Makes a home, and a place for copies that the home does not know. */
  freshHome(): Promise<Pick<Plan, 'home' | 'copies'>>;
  append(plan: Plan, options?: RunOptions): Promise<Ended>;
  /** Runs any program in the same way, and gives what it printed. Throws when it does not end well. */
  output(command: readonly string[], environment: Readonly<Record<string, string>>): Promise<string>;
  /** Lets a fresh process look at what the last of these rounds left, and repeat all of them. */
  look(history: History): Promise<Looked>;
  remove(): void;
}

/** The rounds of one home so far. */
export interface History {
  readonly plans: readonly Plan[];
  readonly acknowledged: Readonly<Record<string, number>>;
  readonly checkpoints: readonly string[];
}

/** Bundles the programs. Ends what they leave with `remove`. */
export async function startRounds(): Promise<Rounds> {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-kills-'));
  // Inside the checkout, so that the driver is found.
  mkdirSync(join(ROOT, '.scratch'), { recursive: true });
  const programs = mkdtempSync(join(ROOT, '.scratch', 'kills-'));
  await build({
    absWorkingDir: ROOT,
    entryPoints: ['test/harness/kills/appender.ts', 'test/harness/kills/checker.ts'],
    outdir: programs,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    external: ['libsql', 'pg-native', 'pg-cloudflare'],
    banner: { js: "import { createRequire } from 'node:module';const require = createRequire(import.meta.url);" },
    logLevel: 'warning',
  });
  const appender = join(programs, 'appender.mjs');
  const checker = join(programs, 'checker.mjs');
  let files = 0;
  return {
    directory,
    appender,
    freshHome: async () => {
      const home = mkdtempSync(join(directory, 'home-'));
      const copies = mkdtempSync(join(directory, 'copies-'));
      await initHome({
        environment: { HOLDFAST_HOME: home },
        checkpointPlaces: [],
        actor: 'tests',
        now: () => new Date(),
      });
      return { home, copies };
    },
    append: (plan, options = {}) => runAppender(appender, plan, options),
    output: async (command, environment) => {
      const { printed, code, complaint } = await run(command, { environment });
      if (code !== 0) throw new Error(`it ended with ${code}: ${complaint}`);
      return printed;
    },
    look: async ({ plans, acknowledged, checkpoints }) => {
      files += 1;
      const file = join(directory, `findings-${files}.json`);
      const rounds = plans.map(({ round, appenders, each, fillBytes = 0 }) => ({ round, appenders, each, fillBytes }));
      writeFileSync(file, JSON.stringify({ plan: plans.at(-1), rounds, acknowledged, checkpoints }));
      const { printed, code, complaint } = await run([process.execPath, checker, file], {});
      if (code !== 0) throw new Error(`the checker ended with ${code}: ${complaint}`);
      return JSON.parse(printed) as Looked;
    },
    remove: () => {
      for (const pid of running) endGroup(pid);
      rmSync(directory, { recursive: true, force: true });
      rmSync(programs, { recursive: true, force: true });
    },
  };
}

/** A round added to what a home has been through. */
export function withRound(history: History | undefined, plan: Plan, ended: Ended): History {
  return {
    plans: [...(history?.plans ?? []), plan],
    acknowledged: { ...history?.acknowledged, ...ended.acknowledged },
    // Older ones say less than the newest.
    checkpoints: [...(history?.checkpoints ?? []), ...ended.checkpoints].slice(-20),
  };
}

async function runAppender(appender: string, plan: Plan, options: RunOptions): Promise<Ended> {
  const { through = [] } = options;
  const ran = await run([...through, process.execPath, appender, JSON.stringify(plan)], options);
  return { ...readAppender(ran.printed), killedAtWork: wasKilled(ran), complaint: ran.complaint };
}

/** What the appending program printed, as far as its last line is whole. */
export function readAppender(printed: string): Omit<Ended, 'killedAtWork' | 'complaint'> {
  const acknowledged: Record<string, number> = {};
  const failed: Record<string, string> = {};
  const checkpoints: string[] = [];
  let phase: string | undefined;
  let done = false;
  for (const line of printed.split('\n').slice(0, -1)) {
    const [word, first = '', second = ''] = line.split(' ');
    if (word === 'ack') acknowledged[first] = Number(second);
    if (word === 'failed') failed[first] = second;
    if (word === 'checkpoint') checkpoints.push(Buffer.from(first, 'base64').toString('utf8'));
    if (word === 'killing') phase = first;
    if (word === 'done') done = true;
  }
  return { acknowledged, failed, checkpoints, phase, done };
}

interface Ran {
  readonly printed: string;
  readonly complaint: string;
  readonly code: number | null;
  readonly signal: string | null;
}

function wasKilled({ printed, signal }: Ran): boolean {
  return signal === 'SIGKILL' && printed.startsWith('ready\n') && !printed.endsWith('done\n');
}

/** Those that run now, each the first of its process group. */
const running = new Set<number>();

function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

function run([command = '', ...args]: readonly string[], options: RunOptions): Promise<Ran> {
  const { killAfterMs, environment = {} } = options;
  const env = { ...process.env, ...environment };
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env, detached: true });
  const { pid } = child;
  let printed = '';
  let complaint = '';
  let timer: NodeJS.Timeout | undefined;
  if (pid !== undefined) running.add(pid);
  const limit = setTimeout(() => pid !== undefined && endGroup(pid), LIMIT_MS);
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
    if (killAfterMs !== undefined) timer ??= setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      clearTimeout(limit);
      if (pid !== undefined) running.delete(pid);
      resolve({ printed, complaint, code, signal });
    });
  });
}
