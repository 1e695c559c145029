import type { Writable } from 'node:stream';
import { HoldfastError } from '#core/errors.ts';
import type { JobOptions, PassDone, StreamRequest } from '#volume/engines/engine.ts';
import { labelArguments } from '#volume/engines/restic/backup.ts';
import { handLines, type ResticContext, type RunningRestic, startRestic } from '#volume/engines/restic/run.ts';
import { readSummary } from '#volume/engines/restic/summary.ts';

/**
 * Stores what `content` gives as one file. restic takes the end of its input for the end of the file, so the input is
 * ended only when `content` has come to its end: until then restic is ended first, and makes no snapshot.
 * @throws what `content` throws, `RESTIC_STREAM_EMPTY`, `RESTIC_STREAM_CUT`, `RESTIC_*`
 */
export async function backupStreamPass(
  context: ResticContext,
  request: StreamRequest,
  { progress, signal }: JobOptions = {},
): Promise<PassDone> {
  refuseName(request.name);
  const args = ['--json', '--stdin', `--stdin-filename=${request.name}`, ...labelArguments(request)];
  const running = await startRestic(context, { command: 'backup', args, input: true, signal });
  const summary = readSummary(progress);
  const output = handLines(running, summary.line);
  // Both are waited for below, whichever fails first.
  output.catch(() => undefined);
  let sentBytes: number;
  try {
    sentBytes = await feed(running, output, request.content);
  } catch (error) {
    // When restic itself gave up, its reason is the one that counts.
    if (error === RESTIC_GONE) return await gone(running, output);
    await running.stop();
    throw error;
  }
  await output;
  const { code, said } = await running.settled();
  const done = summary.done(code, said);
  if (done.bytesProcessed === sentBytes) return done;
  throw new HoldfastError(
    'RESTIC_STREAM_CUT',
    `restic stored ${done.bytesProcessed} of ${sentBytes} bytes in the snapshot ${done.shortId}: do not use it`,
  );
}

const RESTIC_GONE = Symbol('restic ended before its input did');

async function gone(running: RunningRestic, output: Promise<void>): Promise<never> {
  // It has said its last word; should it live on, it would wait for an input that does not come.
  const timer = setTimeout(() => void running.stop(), PATIENCE_MS);
  try {
    await output;
    await running.settled();
  } finally {
    clearTimeout(timer);
  }
  throw new HoldfastError('RESTIC_STREAM_CUT', 'restic ended before its input did, and calls that a success');
}

const PATIENCE_MS = 10_000;

/** Writes at restic’s pace. @returns how many bytes */
async function feed(
  { stdin }: RunningRestic,
  output: Promise<void>,
  content: AsyncIterable<Uint8Array>,
): Promise<number> {
  if (stdin === null) throw new Error('restic was started without an input');
  const ended = output.then(
    () => Promise.reject(RESTIC_GONE),
    () => Promise.reject(RESTIC_GONE),
  );
  ended.catch(() => undefined);
  let sentBytes = 0;
  const chunks = content[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await Promise.race([chunks.next(), ended]);
      if (next.done === true) break;
      sentBytes += next.value.length;
      if (!stdin.write(next.value)) await Promise.race([drained(stdin), ended]);
    }
  } catch (error) {
    // Not waited for: a generator that hangs would hang this, too.
    void Promise.resolve(chunks.return?.()).catch(() => undefined);
    throw error;
  }
  if (sentBytes === 0) throw new HoldfastError('RESTIC_STREAM_EMPTY', 'The stream is empty: nothing was stored');
  stdin.end();
  return sentBytes;
}

/** Never comes when the other end went away: then the end of the output does. */
function drained(stdin: Writable): Promise<void> {
  return new Promise((resolve) => {
    stdin.once('drain', resolve);
  });
}

function refuseName(name: string): void {
  if (name !== '' && name !== '.' && name !== '..' && !/[/\p{Cc}]/u.test(name)) return;
  throw new HoldfastError('RESTIC_LABEL_INVALID', `${JSON.stringify(name)} cannot be a file’s name in a snapshot`, {
    kind: 'usage',
  });
}
