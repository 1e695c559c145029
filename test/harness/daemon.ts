import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

const PROGRAM = join(import.meta.dirname, '../../dist/main.js');
const LIMIT_MS = 60_000;

/** A daemon that runs beside a test. */
export interface Daemon {
  readonly pid: number;
  /** What it has printed, standard error with it. */
  printed(): string;
  /** Resolves when it has printed something that fits. Fails with all of it when that takes a minute or it has ended. */
  says(what: RegExp): Promise<void>;
  /** Ends it and gives its exit code; undefined when the signal ended it. */
  end(signal: NodeJS.Signals): Promise<number | undefined>;
}

/** Starts `holdfast volume daemon`. */
export function startDaemon(environment: Readonly<Record<string, string>>, ...flags: readonly string[]): Daemon {
  const child: ChildProcess = spawn(process.execPath, [PROGRAM, 'volume', 'daemon', ...flags], {
    env: { PATH: process.env['PATH'] ?? '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  let look: () => void = () => undefined;
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      look();
    });
  }
  let over = false;
  const ended = new Promise<number | undefined>((resolve) => {
    child.on('close', (code) => {
      over = true;
      look();
      resolve(code ?? undefined);
    });
  });
  return {
    pid: child.pid ?? 0,
    printed: () => text,
    says: (what) =>
      new Promise((resolve, reject) => {
        const limit = setTimeout(() => reject(new Error(`the daemon does not say ${what}:\n${text}`)), LIMIT_MS);
        const done = (settle: () => void) => {
          clearTimeout(limit);
          settle();
        };
        look = () => {
          if (what.test(text)) done(resolve);
          else if (over) done(() => reject(new Error(`the daemon has ended:\n${text}`)));
        };
        look();
      }),
    end: (signal) => {
      child.kill(signal);
      return ended;
    },
  };
}
