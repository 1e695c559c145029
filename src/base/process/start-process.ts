import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { guard } from '#base/process/guard.ts';
import { LINE_LIMIT_BYTES, linesOf } from '#base/process/lines.ts';
import { parentDeath } from '#base/process/parent-death.ts';
import { HoldfastError, systemCode } from '#core/errors.ts';

/** A program to run. */
export interface ProcessRequest {
  /** An absolute path. */
  readonly program: string;
  /** Everybody on the machine can read them: never a secret. */
  readonly args: readonly string[];
  /** All that it gets: nothing is inherited. */
  readonly environment: Readonly<Record<string, string>>;
  readonly directory?: string;
  /** Whether something will be written to its standard input; it is empty otherwise. */
  readonly input?: boolean;
  /** Stops it: see {@link StartedProcess.stop}. */
  readonly signal?: AbortSignal;
  readonly limitMs?: number;
  /** How long it may take to end by itself after SIGINT; 10 s unless said. */
  readonly graceMs?: number;
  /** Each line of standard error as it comes. One that is too long is cut. */
  readonly onErrorLine?: (line: string) => void;
}

/** How a program ended. */
export interface ProcessEnd {
  /** Undefined when a signal ended it. */
  readonly code: number | undefined;
  readonly signal: string | undefined;
  /** Why this program stopped it, if it did. */
  readonly stopped: 'aborted' | 'time-limit' | undefined;
}

export interface StartedProcess {
  readonly pid: number;
  /** Has to be read to its end, or the program waits for ever. */
  readonly stdout: AsyncIterable<Uint8Array>;
  /** Null without `input`. */
  readonly stdin: Writable | null;
  /** Never rejects. Comes after all output. */
  readonly ended: Promise<ProcessEnd>;
  /** SIGINT, and SIGKILL for it and all that it started when that does not help. Its input stays open until it is dead. */
  stop(): Promise<ProcessEnd>;
}

const GRACE_MS = 10_000;
/** Whatever still holds the output of a program that ended (a connection that ssh keeps, say) gets no longer. */
const LINGER_MS = 2_000;
const ERROR_LINE_LIMIT_BYTES = LINE_LIMIT_BYTES;

/**
 * Starts a program in a process group of its own, with nothing of this one’s environment or descriptors. It does not
 * outlive this program, however that ends (see `guard` and `parentDeath`).
 * @throws `PROCESS_NOT_STARTED`, `PROCESS_ABORTED`
 */
export async function startProcess(request: ProcessRequest): Promise<StartedProcess> {
  const { signal, limitMs, graceMs = GRACE_MS } = request;
  if (isAborted(signal)) throw abortedError(request.program);
  const child = spawned(request);
  const pid = await pidOf(child, request.program);
  let stopped: ProcessEnd['stopped'];
  let over = false;
  const killGroup = () => {
    if (!over) quietly(() => process.kill(-pid, 'SIGKILL'));
  };
  let killTimer: NodeJS.Timeout | undefined;
  const interrupt = (why: ProcessEnd['stopped']) => {
    if (child.exitCode !== null || child.signalCode !== null || killTimer !== undefined) return;
    stopped = why;
    // The leader alone: an ssh that dies first would keep it from taking its lock away.
    quietly(() => process.kill(pid, 'SIGINT'));
    killTimer = setTimeout(killGroup, graceMs);
  };
  const onAbort = () => interrupt('aborted');
  signal?.addEventListener('abort', onAbort, { once: true });
  // It may have been aborted while the program started.
  if (isAborted(signal)) onAbort();
  const limit = limitMs === undefined ? undefined : setTimeout(() => interrupt('time-limit'), limitMs);
  const ended = Promise.all([endOf(child, killGroup), readErrors(child.stderr, request.onErrorLine)]).then(([end]) => {
    over = true;
    clearTimeout(limit);
    clearTimeout(killTimer);
    signal?.removeEventListener('abort', onAbort);
    release();
    return { ...end, stopped };
  });
  const stop = () => {
    interrupt('aborted');
    return ended;
  };
  const release = guard({ end: stop, kill: killGroup });
  // Writing to a program that went away is told by how it ended.
  child.stdin?.on('error', () => undefined);
  return { pid, stdout: child.stdout, stdin: child.stdin, ended, stop };
}

/** The error for a program that was stopped because its caller no longer wants it. */
export function abortedError(program: string): HoldfastError {
  return new HoldfastError('PROCESS_ABORTED', `${program} was stopped before it was done`);
}

function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

type Child = ChildProcessByStdio<Writable | null, Readable, Readable>;

function spawned(request: ProcessRequest): Child {
  const [command, args] = parentDeath(request.program, request.args);
  try {
    return spawn(command, args, {
      env: request.environment,
      ...(request.directory === undefined ? {} : { cwd: request.directory }),
      stdio: [request.input === true ? 'pipe' : 'ignore', 'pipe', 'pipe'],
      detached: true,
    }) as Child;
  } catch (cause) {
    throw notStarted(request.program, cause);
  }
}

function pidOf(child: Child, program: string): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', (cause) => reject(notStarted(program, cause)));
    child.once('spawn', () => {
      // Errors after the start, of a kill that came too late, say nothing.
      child.on('error', () => undefined);
      if (child.pid !== undefined) resolve(child.pid);
    });
  });
}

function notStarted(program: string, cause: unknown): HoldfastError {
  const why = systemCode(cause) ?? (cause instanceof Error ? cause.message : 'unknown');
  return new HoldfastError('PROCESS_NOT_STARTED', `${program} cannot be started: ${why}`, { cause });
}

function endOf(child: Child, killGroup: () => void): Promise<Omit<ProcessEnd, 'stopped'>> {
  return new Promise((resolve) => {
    let linger: NodeJS.Timeout | undefined;
    child.once('exit', () => {
      linger = setTimeout(() => {
        killGroup();
        // What has left the group still holds it.
        linger = setTimeout(() => {
          child.stdout.destroy();
          child.stderr.destroy();
        }, LINGER_MS);
      }, LINGER_MS);
    });
    child.once('close', (code, signal) => {
      clearTimeout(linger);
      resolve({ code: code ?? undefined, signal: signal ?? undefined });
    });
  });
}

async function readErrors(stderr: Readable, onLine: (line: string) => void = () => undefined): Promise<void> {
  try {
    for await (const line of linesOf(stderr, ERROR_LINE_LIMIT_BYTES)) onLine(line);
  } catch {
    // Too long, or cut off: what it said until then has to do. It must not wait for a reader.
    stderr.on('error', () => undefined);
    stderr.resume();
  }
}

function quietly(action: () => void): void {
  try {
    action();
  } catch {
    // It has ended already.
  }
}
