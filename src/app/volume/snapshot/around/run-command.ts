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

/** A command may be silent that long. */
const SILENCE_LIMIT_MS = 30 * 60_000;
const SAID_BYTES = 4096;

/**
 * Runs it to its end. What it wrote stands in the hint only: messages are recorded, and nobody knows what it writes.
 * @throws `SNAPSHOT_COMMAND_FAILED`, and what the engine throws
 */
export async function runCommand(engine: EngineControl, command: LabelledCommand): Promise<void> {
  const { container, name, label, argv, user } = command;
  const run = await startExec(
    engine,
    container,
    { argv, input: 'empty', ...(user === undefined ? {} : { user }) },
    SILENCE_LIMIT_MS,
  );
  let said = Buffer.alloc(0);
  try {
    for await (const { bytes } of run.output) said = Buffer.concat([said, bytes]).subarray(-SAID_BYTES);
    const code = await run.exitCode();
    if (code === 0) return;
    const last = said.toString('utf8').trimEnd().split('\n').at(-1) ?? '';
    const shown = last
      .replace(/[\x00-\x1f\x7f-\x9f]+/g, ' ')
      .trim()
      .slice(0, 300);
    throw new HoldfastError('SNAPSHOT_COMMAND_FAILED', `The command of ${name}'s label ${label} ended with ${code}`, {
      hint: shown === '' ? 'It wrote nothing.' : `It wrote: ${shown}`,
    });
  } finally {
    run.close();
  }
}
