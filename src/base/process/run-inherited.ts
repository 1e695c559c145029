import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { HoldfastError, systemCode } from '#core/errors.ts';

/** A terminal sends these to both; what the program makes of them decides. */
const OF_TERMINAL: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT'];
const PASSED_ON: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGHUP'];

/**
 * Runs a program with this one's input, output and terminal, and waits for it: signals are its business meanwhile.
 * @returns its exit code; 128 and the signal's number when one ended it, as shells say it
 * @throws `PROCESS_NOT_STARTED`
 */
export function runInherited(
  [program = '', ...args]: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<number> {
  const child = spawn(program, args, { env: environment, stdio: 'inherit' });
  const ignore = () => undefined;
  const pass = (signal: NodeJS.Signals) => child.kill(signal);
  for (const signal of OF_TERMINAL) process.on(signal, ignore);
  for (const signal of PASSED_ON) process.on(signal, pass);
  return new Promise<number>((resolve, reject) => {
    child.on('error', (cause) => {
      const why = systemCode(cause) ?? 'unknown';
      reject(new HoldfastError('PROCESS_NOT_STARTED', `${program} cannot be started (${why})`, { cause }));
    });
    child.on('close', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  }).finally(() => {
    for (const signal of OF_TERMINAL) process.off(signal, ignore);
    for (const signal of PASSED_ON) process.off(signal, pass);
  });
}
