import { randomBytes } from 'node:crypto';
import type { EngineControl } from '#base/engine/engine.ts';
import { startExec } from '#base/engine/exec.ts';
import { HoldfastError } from '#core/errors.ts';
import { framed } from '#volume/dump/frame.ts';

/** Where a script is run. */
export interface ProbeTarget {
  readonly engine: EngineControl;
  /** Id of a container that runs. */
  readonly container: string;
  readonly user?: string;
  readonly signal?: AbortSignal;
}

const ANSWER_LIMIT_BYTES = 64 * 1024;
const COMPLAINT_LIMIT_BYTES = 4096;

/**
 * Runs a script by `sh` in a container and gives what it prints, without blanks at its ends.
 * @throws `PROBE_FAILED` when it does not end with 0, prints more than 64 KiB, or takes longer than `limitMs`; its own
 * words are the error's hint, since they may show what is in a database; and what the engine throws
 */
export async function runScript(target: ProbeTarget, script: string, limitMs: number): Promise<string> {
  const end = `holdfast-end-${randomBytes(16).toString('hex')}`;
  const argv = ['sh', '-c', framed(script), 'holdfast', end];
  const { engine, container, user, signal } = target;
  signal?.throwIfAborted();
  const command = { argv, input: 'empty' as const, ...(user === undefined ? {} : { user }) };
  const run = await startExec(engine, container, command, limitMs);
  let stopped: string | undefined;
  const stop = (why: string) => {
    stopped ??= why;
    run.close();
  };
  const timer = setTimeout(() => stop(`it took longer than ${limitMs / 1000} s`), limitMs);
  const onAbort = () => stop('it was ended');
  signal?.addEventListener('abort', onAbort);
  const answer: Buffer[] = [];
  const complaint: Buffer[] = [];
  let sizeBytes = 0;
  try {
    for await (const { from, bytes } of run.output) {
      if (from === 'stdout') {
        sizeBytes += bytes.length;
        if (sizeBytes > ANSWER_LIMIT_BYTES) stop(`it printed more than ${ANSWER_LIMIT_BYTES} bytes`);
        else answer.push(bytes);
      } else if (Buffer.concat(complaint).length < COMPLAINT_LIMIT_BYTES) complaint.push(bytes);
    }
    if (stopped !== undefined) throw failed(stopped, complaint);
    const text = Buffer.concat(answer).toString('utf8');
    if (text.endsWith(end)) return text.slice(0, -end.length).trim();
    throw failed(`it ended with ${await run.exitCode()}`, complaint);
  } catch (error) {
    signal?.throwIfAborted();
    throw stopped === undefined ? error : failed(stopped, complaint);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
    run.close();
  }
}

function failed(why: string, complaint: readonly Buffer[]): HoldfastError {
  const lines = Buffer.concat(complaint).toString('utf8').split('\n');
  const last = (lines.findLast((line) => line.trim() !== '') ?? '')
    .replace(/[\x00-\x1f\x7f-\x9f]+/g, ' ')
    .slice(0, 300);
  const hint = last === '' ? 'It wrote nothing to standard error.' : `It said: ${last}`;
  return new HoldfastError('PROBE_FAILED', `The probe gave no answer: ${why}`, { hint });
}
