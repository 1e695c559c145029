import { object, refuse } from '#base/engine/answers.ts';
import type { EngineControl } from '#base/engine/engine.ts';
import { splitStreams } from '#base/engine/split-streams.ts';
import { HoldfastError } from '#core/errors.ts';
import { optionalString } from '#core/oci/json.ts';

/** A command to run in a container. */
export interface ExecCommand {
  readonly argv: readonly string[];
  /** `NAME=value`, added to the container's own. */
  readonly environment?: readonly string[];
  /** The container's unless given. */
  readonly user?: string;
  /** It has an empty standard input that ends when it is closed, or when this process dies; else it has none. */
  readonly input?: 'empty';
}

/** A command that runs. Nobody ends it but itself: see {@link ExecCommand.input}. Its output has to be read to the end before it is asked how it ended. */
export interface RunningExec {
  readonly output: AsyncIterable<{ readonly from: 'stdout' | 'stderr'; readonly bytes: Buffer }>;
  /** Its exit code. @throws `ENGINE_FAILED` when the engine does not know */
  exitCode(): Promise<number>;
  /** Stops reading, and ends its input. */
  close(): void;
}

const EXIT_ASKED_MS = 50;
const EXIT_ASKED_TIMES = 100;

/**
 * Runs a command in a running container (`POST /containers/{id}/exec`, `/exec/{id}/start`, `GET /exec/{id}/json`), without
 * a terminal.
 * @throws `ENGINE_CONTAINER_NOT_FOUND`, `ENGINE_EXEC_REFUSED` when it does not run or is paused, `ENGINE_FAILED`,
 * `ENGINE_UNREACHABLE`, `ENGINE_DENIED`
 */
export async function startExec(
  engine: EngineControl,
  container: string,
  command: ExecCommand,
  silenceLimitMs: number,
): Promise<RunningExec> {
  const path = `/containers/${encodeURIComponent(container)}/exec`;
  const { status, body } = await engine.post(path, {
    body: {
      AttachStdin: command.input !== undefined,
      AttachStdout: true,
      AttachStderr: true,
      Cmd: command.argv,
      ...(command.environment === undefined ? {} : { Env: command.environment }),
      ...(command.user === undefined ? {} : { User: command.user }),
    },
  });
  if (status === 404) {
    throw new HoldfastError('ENGINE_CONTAINER_NOT_FOUND', `The engine has no container ${container.slice(0, 12)}`);
  }
  if (status === 409) {
    throw new HoldfastError('ENGINE_EXEC_REFUSED', `In ${container.slice(0, 12)} nothing can be run now`, {
      hint: 'Commands run only in containers that run and are not paused.',
    });
  }
  const id = optionalString(object(body, path), 'Id');
  if (id === undefined || !/^[0-9a-f]{64}$/.test(id)) throw refuse(path)('its id is not 64 hexadecimal digits');
  const stream = await engine.postStream(`/exec/${id}/start`, { body: { Detach: false, Tty: false }, silenceLimitMs });
  return { output: splitStreams(stream), exitCode: () => exitCodeOf(engine, id), close: () => stream.close() };
}

/** The output may end a moment before the engine has noticed the exit. */
async function exitCodeOf(engine: EngineControl, id: string): Promise<number> {
  const path = `/exec/${id}/json`;
  for (let asked = 0; asked < EXIT_ASKED_TIMES; asked += 1) {
    const body = await engine.read(path);
    if (body === undefined) throw refuse(path)('it has been forgotten');
    const exec = object(body, path);
    const code = exec['ExitCode'];
    if (exec['Running'] === false && typeof code === 'number') return code;
    await new Promise((resolve) => setTimeout(resolve, EXIT_ASKED_MS));
  }
  throw refuse(path)('its output has ended, but it runs on');
}
