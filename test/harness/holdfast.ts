import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const PROGRAM = join(ROOT, 'dist/main.js');

/**
 * Tells the program's highest memory in KiB on descriptor 3 when it ends; worker threads tell the same number. What the
 * kernel counts for a process (getrusage) begins with the memory of the one that started it, so the status file is asked.
 */
const TELL_MEMORY = `data:text/javascript,${encodeURIComponent(`
  import { readFileSync, writeSync } from 'node:fs';
  const most = () => {
    try {
      return /VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1];
    } catch {
      return process.resourceUsage().maxRSS;
    }
  };
  process.on('exit', () => {
    try {
      writeSync(3, most() + '\\n');
    } catch {}
  });
`)}`;

/** How one run ended. */
export interface Ran {
  /** Undefined when it was ended by a signal, as after its time limit. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** Undefined when it did not end by itself. */
  readonly peakBytes: number | undefined;
}

export interface RunOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Standard input; nothing unless said. */
  readonly input?: string;
  /** A program with its first arguments that starts it, such as `setpriv --reuid 65534`. */
  readonly through?: readonly string[];
  readonly limitMs?: number;
}

/** A scratch directory of a test with the built program in an environment of its own. */
export interface Bench {
  readonly directory: string;
  path(...parts: readonly string[]): string;
  run(args: readonly string[], options?: RunOptions): Promise<Ran>;
  remove(): void;
}

/** The day of all runs unless a test says otherwise: 2024-07-01T00:00:00Z. */
export const TEST_EPOCH = '1719792000';

/**
 * Makes a scratch directory in which `dist/` runs with a home and a cache of its own, no engine, and a fixed date.
 * @throws when `dist/` is not built
 */
export function startBench(): Bench {
  if (!existsSync(PROGRAM)) throw new Error('dist/ is not built: run npm run build');
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-e2e-'));
  const home = join(directory, 'home');
  mkdirSync(home);
  const environment = {
    PATH: process.env['PATH'] ?? '',
    HOME: home,
    DOCKER_HOST: `unix://${directory}/no-engine.sock`,
    XDG_RUNTIME_DIR: directory,
    SOURCE_DATE_EPOCH: TEST_EPOCH,
  };
  return {
    directory,
    path: (...parts) => join(directory, ...parts),
    run: (args, options = {}) => runProgram(args, { cwd: directory, ...options }, environment),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

function runProgram(
  args: readonly string[],
  { environment = {}, cwd, input = '', through = [], limitMs = 120_000 }: RunOptions,
  base: Readonly<Record<string, string>>,
): Promise<Ran> {
  const [command = '', ...rest] = [...through, process.execPath, '--import', TELL_MEMORY, PROGRAM, ...args];
  const child = spawn(command, rest, {
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...base, ...environment },
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    timeout: limitMs,
    killSignal: 'SIGKILL',
  });
  const texts = [child.stdout, child.stderr, child.stdio[3]].map((stream) => {
    const chunks: Buffer[] = [];
    stream?.on('data', (chunk: Buffer) => chunks.push(chunk));
    return () => Buffer.concat(chunks).toString('utf8');
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      const [stdout = '', stderr = '', memory = ''] = texts.map((text) => text());
      const peaks = memory.split('\n').filter((line) => line !== '');
      const peakBytes = peaks.length === 0 ? undefined : Math.max(...peaks.map(Number)) * 1024;
      resolve({ code: code ?? undefined, stdout, stderr, peakBytes });
    });
  });
}
