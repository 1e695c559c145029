import type { EngineControl } from '#base/engine/engine.ts';
import { startExec } from '#base/engine/exec.ts';
import { HoldfastError } from '#core/errors.ts';

/** A command of a label, in its container. */
export interface LabelledCommand {
  /** Id of the container. */
  readonly container: string;
  /** Its name, for people. */
  readonly name: string;
  readonly label: string;
  readonly argv: readonly string[];
  readonly user?: string;
}

/** A command may take that long, whatever it prints meanwhile. */
const LIMIT_MS = 30 * 60_000;
const SAID_BYTES = 4096;

export interface CommandLimits {
  /** Ends the wait: the command itself is the container's, and goes on or not. */
  readonly signal?: AbortSignal;
  readonly limitMs?: number;
}

/**
 * Runs it to its end. What it wrote stands in the hint only: messages are recorded, and nobody knows what it writes.
 * @throws `SNAPSHOT_COMMAND_FAILED`, also when it takes longer than half an hour or is not waited for any more, and what the
 * engine throws
 */
export async function runCommand(
  engine: EngineControl,
  command: LabelledCommand,
  { signal, limitMs = LIMIT_MS }: CommandLimits = {},
): Promise<void> {
  const { container, name, label, argv, user } = command;
  const failed = (why: string, hint: string) =>
    new HoldfastError('SNAPSHOT_COMMAND_FAILED', `The command of ${name}'s label ${label} ${why}`, { hint });
  const run = await startExec(
    engine,
    container,
    { argv, input: 'empty', ...(user === undefined ? {} : { user }) },
    limitMs,
  );
  let stopped: string | undefined;
  const stop = (why: string) => {
    stopped ??= why;
    run.close();
  };
  const onAbort = () => stop('was not waited for any more');
  const timer = setTimeout(() => stop(`took longer than ${limitMs / 1000} s`), limitMs);
  signal?.addEventListener('abort', onAbort);
  if (signal?.aborted === true) onAbort();
  let said = Buffer.alloc(0);
  try {
    for await (const { bytes } of run.output)
      said = Buffer.concat([said, bytes.subarray(-SAID_BYTES)]).subarray(-SAID_BYTES);
    if (stopped !== undefined) throw failed(stopped, 'It may run on in its container.');
    const code = await run.exitCode();
    if (code === 0) return;
    const last = said.toString('utf8').trimEnd().split('\n').at(-1) ?? '';
    const shown = last
      .replace(/[\x00-\x1f\x7f-\x9f]+/g, ' ')
      .trim()
      .slice(0, 300);
    throw failed(`ended with ${code}`, shown === '' ? 'It wrote nothing.' : `It wrote: ${shown}`);
  } catch (error) {
    // Giving up the connection looks like a failure of the engine.
    throw stopped === undefined ? error : failed(stopped, 'It may run on in its container.');
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
    run.close();
  }
}
