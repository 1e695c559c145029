import type { Writable } from 'node:stream';
import { linesOf } from '#base/process/lines.ts';
import { abortedError, type ProcessEnd, startProcess } from '#base/process/start-process.ts';
import { HoldfastError } from '#core/errors.ts';
import type { RepositoryAccess } from '#volume/engines/engine.ts';
import { withWordsOfSsh } from '#volume/engines/restic/ask-ssh.ts';
import { resticEnvironment } from '#volume/engines/restic/environment.ts';
import { failureOf, isUselessRetry } from '#volume/engines/restic/failure.ts';
import type { ResticVersion } from '#volume/engines/restic/program.ts';
import { secretsOf, writeRunFiles } from '#volume/engines/restic/run-files.ts';
import { keepSaid, type Said } from '#volume/engines/restic/said.ts';

/** What every run of restic for one repository needs. */
export interface ResticContext {
  readonly access: RepositoryAccess;
  /** Of this program; only what `resticEnvironment` names is passed on. */
  readonly ours: Readonly<Record<string, string | undefined>>;
  readonly program: () => Promise<{ readonly path: string; readonly version: ResticVersion }>;
}

export interface ResticRun {
  readonly command: string;
  readonly args: readonly string[];
  /** Instead of the repository’s own. */
  readonly passwordFile?: string;
  /** Added to the environment: paths, no secrets. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly input?: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly limitMs?: number;
}

export interface ResticEnd extends ProcessEnd {
  readonly said: Said;
}

export interface RunningRestic {
  readonly stdout: AsyncIterable<Uint8Array>;
  readonly stdin: Writable | null;
  readonly version: ResticVersion;
  stop(): Promise<unknown>;
  /**
   * Waits for the end, and gives it when the exit code is 0 or one of these.
   * @throws `RESTIC_*`, `PROCESS_ABORTED`
   */
  settled(...accepted: readonly number[]): Promise<ResticEnd>;
}

/** Attempts that cannot succeed are not left to restic’s patience of a quarter of an hour. */
const MOST_USELESS_RETRIES = 3;

/** Starts restic on the repository, with nothing but what it needs. */
export async function startRestic(context: ResticContext, run: ResticRun): Promise<RunningRestic> {
  const { access, ours } = context;
  const { path, version } = await context.program();
  const files = writeRunFiles(access);
  const keeper = keepSaid([...secretsOf(access.credentials)]);
  let retries = 0;
  let started: Awaited<ReturnType<typeof startProcess>> | undefined;
  let gaveUp = false;
  try {
    started = await startProcess({
      program: path,
      args: [
        run.command,
        ...access.options.map((option) => `--option=${option}`),
        ...certificates(access),
        ...run.args,
      ],
      environment: {
        ...resticEnvironment(access, files, ours),
        ...(run.passwordFile === undefined ? {} : { RESTIC_PASSWORD_FILE: run.passwordFile }),
        ...run.environment,
      },
      directory: '/',
      input: run.input === true,
      ...(run.signal === undefined ? {} : { signal: run.signal }),
      ...(run.limitMs === undefined ? {} : { limitMs: run.limitMs }),
      onErrorLine: (line) => {
        keeper.add(line);
        if (!isUselessRetry(line)) return;
        retries += 1;
        if (retries < MOST_USELESS_RETRIES || gaveUp) return;
        gaveUp = true;
        void started?.stop();
      },
    });
  } catch (error) {
    files.remove();
    throw error;
  }
  const { stdout, stdin, stop } = started;
  const ended = started.ended.then((end) => {
    files.remove();
    return { ...end, said: keeper.said() };
  });
  return {
    ...{ stdout, stdin, version, stop },
    settled: async (...accepted) => {
      const end = await ended;
      const isCut = end.said.lines.some((line) => /signal \w+ received, cleaning up/.test(line));
      const isFine = end.code !== undefined && (end.code === 0 || accepted.includes(end.code));
      // Old versions exit with 0 when they are told to end.
      if (isFine && !isCut) return end;
      if (end.stopped === 'time-limit') throw tooSlow(run, access.location);
      if (end.stopped === 'aborted' && !gaveUp) throw abortedError(`restic ${run.command}`);
      const { code, signal, said } = end;
      const failure = failureOf({
        ...{ version, command: run.command, location: access.location, code, signal },
        said: said.lines,
      });
      throw await withWordsOfSsh(failure, access, ours, said.lines);
    },
  };
}

/** Runs restic to its end, and hands over the lines of its output. Throws as `settled` does, and what `onLine` throws. */
export async function runRestic(
  context: ResticContext,
  run: ResticRun,
  onLine: (line: string) => void = () => undefined,
  ...accepted: readonly number[]
): Promise<ResticEnd & { readonly version: ResticVersion }> {
  const running = await startRestic(context, run);
  await handLines(running, onLine);
  return { ...(await running.settled(...accepted)), version: running.version };
}

/** Reads the output line by line. What goes wrong meanwhile ends the program first. */
export async function handLines(running: RunningRestic, onLine: (line: string) => void): Promise<void> {
  try {
    for await (const line of linesOf(running.stdout)) onLine(line);
  } catch (error) {
    await running.stop();
    throw error;
  }
}

function certificates({ certificatesFile }: RepositoryAccess): readonly string[] {
  return certificatesFile === undefined ? [] : [`--cacert=${certificatesFile}`];
}

function tooSlow({ command, limitMs }: ResticRun, location: string): HoldfastError {
  const seconds = Math.round((limitMs ?? 0) / 1000);
  return new HoldfastError('RESTIC_TOO_SLOW', `restic ${command} did not answer within ${seconds} s at ${location}`, {
    hint: 'Is the server reachable, is the disk asleep or failing?',
  });
}
