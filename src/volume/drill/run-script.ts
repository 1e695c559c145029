import { randomBytes } from 'node:crypto';
import type { EngineControl } from '#base/engine/engine.ts';
import { startExec } from '#base/engine/exec.ts';
import { framed } from '#volume/dump/frame.ts';

/** Where a script is run. */
export interface ScriptTarget {
  readonly engine: EngineControl;
  /** Id or name of a container that runs. */
  readonly container: string;
  readonly user?: string;
  readonly signal?: AbortSignal;
}

/** How a script ended. */
export type ScriptEnd =
  /** With 0; what it printed, without blanks at its ends. */
  | { readonly kind: 'done'; readonly text: string }
  | {
      readonly kind: 'failed';
      readonly why: string;
      /** The last line of its errors, for the operator: it may show what is in a database. Empty when it wrote none. */
      readonly said: string;
      /** Absent when it was ended. */
      readonly code?: number;
      /** It was ended because it took longer than it may. */
      readonly late: boolean;
    };

const ANSWER_LIMIT_BYTES = 64 * 1024;
const COMPLAINT_LIMIT_BYTES = 4096;

/**
 * Runs a script by `sh`, with `set -eu`, in a container. What is longer than 64 KiB is no answer.
 * @param args `$1` … of the script
 * @throws what the engine throws, and what ends the signal
 */
export async function runScript(
  { engine, container, user, signal }: ScriptTarget,
  script: string,
  limitMs: number,
  args: readonly string[] = [],
): Promise<ScriptEnd> {
  const end = `holdfast-end-${randomBytes(16).toString('hex')}`;
  const argv = ['sh', '-c', framed(script), 'holdfast', end, ...args];
  signal?.throwIfAborted();
  const command = { argv, input: 'empty' as const, ...(user === undefined ? {} : { user }) };
  const run = await startExec(engine, container, command, limitMs);
  let stopped: { readonly why: string; readonly late: boolean } | undefined;
  const stop = (why: string, late = false) => {
    stopped ??= { why, late };
    run.close();
  };
  const timer = setTimeout(() => stop(`it took longer than ${limitMs / 1000} s`, true), limitMs);
  const onAbort = () => stop('it was ended');
  signal?.addEventListener('abort', onAbort);
  const answer: Buffer[] = [];
  let complaint = Buffer.alloc(0);
  let sizeBytes = 0;
  try {
    for await (const { from, bytes } of run.output) {
      if (from === 'stdout') {
        sizeBytes += bytes.length;
        if (sizeBytes > ANSWER_LIMIT_BYTES) stop(`it printed more than ${ANSWER_LIMIT_BYTES} bytes`);
        else answer.push(bytes);
      } else complaint = Buffer.concat([complaint, bytes]).subarray(-COMPLAINT_LIMIT_BYTES);
    }
    const said = lastLine(complaint);
    if (stopped !== undefined) return { kind: 'failed', ...stopped, said };
    const text = Buffer.concat(answer).toString('utf8');
    if (text.endsWith(end)) return { kind: 'done', text: text.slice(0, -end.length).trim() };
    const code = await run.exitCode();
    return { kind: 'failed', why: `it ended with ${code}`, said, code, late: false };
  } catch (error) {
    signal?.throwIfAborted();
    if (stopped === undefined) throw error;
    return { kind: 'failed', ...stopped, said: lastLine(complaint) };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
    run.close();
  }
}

function lastLine(complaint: Buffer): string {
  const lines = complaint.toString('utf8').split('\n');
  const last = lines.findLast((line) => line.trim() !== '') ?? '';
  return last.replace(/[\x00-\x1f\x7f-\x9f]+/g, ' ').slice(0, 300);
}
