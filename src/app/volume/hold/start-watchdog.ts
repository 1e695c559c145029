import { spawn } from 'node:child_process';
import { HoldfastError } from '#core/errors.ts';
import type { Watchdog } from '#volume/hold/hold-types.ts';

/** The command that {@link startWatchdog} calls the program with; the id of the hold follows. */
export const WATCHDOG_COMMAND: readonly string[] = ['volume', 'stand-by'];

const READY_LIMIT_MS = 45_000;
/** What it needs to find home and engine; passwords of repositories are not its business. */
const KEPT =
  /^(?:HOME|PATH|TZ|TMPDIR|HOLDFAST_HOME|SUDO_UID|XDG_[A-Z_]+|DOCKER_[A-Z_]+|SystemRoot|NODE_EXTRA_CA_CERTS)$/;

/**
 * Starts a process in a session of its own that reads the end of this one from its standard input: the kernel closes it,
 * however this process dies. It says when it is ready.
 * @throws `HOLD_WATCHDOG_FAILED`
 */
export function startWatchdog(
  program: readonly string[],
  hold: string,
  environment: NodeJS.ProcessEnv,
): Promise<Watchdog> {
  const [command = '', ...first] = program;
  const kept = Object.entries(environment).filter(([name]) => KEPT.test(name));
  const child = spawn(command, [...first, ...WATCHDOG_COMMAND, hold], {
    cwd: '/',
    detached: true,
    env: Object.fromEntries(kept),
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  // It goes when it is told; until then nothing that it does may end this process or keep it alive.
  child.stdin.on('error', () => undefined);
  return new Promise((resolve, reject) => {
    const fail = (why: string) => {
      clearTimeout(limit);
      child.stdin.destroy();
      reject(
        new HoldfastError('HOLD_WATCHDOG_FAILED', `The process that would end a hold cannot be started: ${why}`, {
          hint: 'Nothing is held without it.',
        }),
      );
    };
    const limit = setTimeout(() => {
      child.kill('SIGKILL');
      fail('it is not ready in time');
    }, READY_LIMIT_MS);
    child.on('error', (error) => fail(error.message));
    child.on('exit', (code) => fail(`it ended with ${code}`));
    child.stdout.once('data', () => {
      clearTimeout(limit);
      child.removeAllListeners('exit');
      child.stdout.destroy();
      child.unref();
      if ('unref' in child.stdin && typeof child.stdin.unref === 'function') child.stdin.unref();
      resolve({ release: () => child.stdin.end() });
    });
  });
}
