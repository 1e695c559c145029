import { randomBytes } from 'node:crypto';
import type { EngineControl } from '#base/engine/engine.ts';
import { type RunningExec, startExec } from '#base/engine/exec.ts';
import { HoldfastError } from '#core/errors.ts';
import { checkedDump } from '#volume/dump/check-dump.ts';
import type { DumpFacts, DumpHook, DumpPart } from '#volume/dump/dump-hook.ts';
import { framed } from '#volume/dump/frame.ts';

/** A dump that can be read, once. */
export interface DumpStream {
  /** Of the file, slashes divide. */
  readonly name: string;
  /**
   * Begins when it is read. @throws `DUMP_SILENT`, `DUMP_FAILED`, `DUMP_TOOL_MISSING`, `DUMP_TRUNCATED` at its end at the latest: what was read must not be
   * kept then; and what the engine throws
   */
  readonly content: AsyncIterable<Uint8Array>;
}

export interface DumpTarget {
  readonly engine: EngineControl;
  /** Id of a container that runs and is not paused. */
  readonly container: string;
  /** For people. */
  readonly name: string;
  /** Who runs it in the container, its own user unless given. */
  readonly user?: string;
  readonly signal?: AbortSignal;
  /** A dump that writes nothing for so long, or next to nothing, is given up. */
  readonly silenceMs: number;
}

const COMPLAINT_BYTES = 4096;
/** So much has to come within the time that a dump may be silent. */
const LEAST_BYTES = 64 * 1024;
const LONGEST_MS = 24 * 3_600_000;
const WATCH_MS = 5_000;
const LIST_LIMIT_BYTES = 1024 * 1024;
const MOST_PARTS = 10_000;

/**
 * The streams of a service's dump, to be read one after the other. Lists what there is, so the service must answer.
 * @throws `DUMP_FAILED`, `DUMP_TOOL_MISSING`, `DUMP_TRUNCATED`, and what the engine throws
 */
export async function openDump(target: DumpTarget, hook: DumpHook, facts: DumpFacts): Promise<readonly DumpStream[]> {
  const names = hook.list === undefined ? [] : await listed(target, hook.id, hook.list);
  const parts = hook.parts(facts, names);
  if (parts.length > MOST_PARTS) throw failed(`${hook.id} of ${target.name}`, `there are ${parts.length} databases`);
  return parts.map((part) => ({ name: part.name, content: partContent(target, part) }));
}

/** The output of a command that an operator gave, as one stream. */
export function openCommandDump(target: DumpTarget, command: string, name: string): DumpStream {
  return { name, content: partContent(target, { name, script: command, args: [], check: {} }) };
}

async function listed(target: DumpTarget, id: string, script: string): Promise<readonly string[]> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of partContent(target, { name: `${id}/list`, script, args: [], check: {} })) {
    sizeBytes += chunk.length;
    if (sizeBytes > LIST_LIMIT_BYTES) throw failed(`${id} of ${target.name}`, 'the list of its databases is too long');
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  return text.split('\0').filter((name) => name !== '' && name !== '\n');
}

async function* partContent(target: DumpTarget, part: DumpPart): AsyncGenerator<Uint8Array> {
  const end = `\nholdfast-end-${randomBytes(16).toString('hex')}\n`;
  const argv = ['sh', '-c', framed(part.script), 'holdfast', end, ...part.args];
  const command = { argv, input: 'empty' as const, ...(target.user === undefined ? {} : { user: target.user }) };
  target.signal?.throwIfAborted();
  const { silenceMs } = target;
  const run = await startExec(target.engine, target.container, command, silenceMs);
  const stop = () => run.close();
  target.signal?.addEventListener('abort', stop);
  const complaint: Buffer[] = [];
  const begunAt = performance.now();
  let heardAt = begunAt;
  let unheardBytes = 0;
  const heard = (sizeBytes: number) => {
    unheardBytes += sizeBytes;
    if (unheardBytes < LEAST_BYTES) return;
    unheardBytes = 0;
    heardAt = performance.now();
  };
  // A byte now and then would keep everything else waiting for ever.
  const isOver = () => performance.now() - heardAt >= silenceMs || performance.now() - begunAt >= LONGEST_MS;
  const watch = setInterval(
    () => {
      if (isOver()) run.close();
    },
    Math.min(silenceMs, WATCH_MS),
  );
  try {
    yield* checkedDump(outputOf(run, complaint, heard), part.name, part.check, Buffer.from(end));
    const code = await run.exitCode();
    if (code !== 0) throw ended(part.name, code, complaint);
  } catch (error) {
    target.signal?.throwIfAborted();
    // The engine’s connection was given up then, and the command with it.
    if (isOver()) throw silent(part.name, silenceMs);
    // The exit code says more than that the end is missing.
    const code = isTruncated(error) ? await run.exitCode().catch(() => 0) : 0;
    throw code === 0 ? error : ended(part.name, code, complaint);
  } finally {
    clearInterval(watch);
    target.signal?.removeEventListener('abort', stop);
    run.close();
  }
}

async function* outputOf(
  run: RunningExec,
  complaint: Buffer[],
  heard: (sizeBytes: number) => void,
): AsyncGenerator<Uint8Array> {
  let sizeBytes = 0;
  for await (const { from, bytes } of run.output) {
    heard(bytes.length);
    if (from === 'stdout') yield bytes;
    else if (sizeBytes < COMPLAINT_BYTES) {
      sizeBytes += bytes.length;
      complaint.push(bytes.subarray(0, COMPLAINT_BYTES));
    }
  }
}

function silent(name: string, silenceMs: number): HoldfastError {
  return new HoldfastError(
    'DUMP_SILENT',
    `The dump ${name} wrote next to nothing for ${silenceMs / 1000} s and was ended`,
    {
      hint: 'Does it wait for a lock? How long it may is the label holdfast.volume.dump-silence.',
    },
  );
}

function isTruncated(error: unknown): boolean {
  return error instanceof HoldfastError && error.code === 'DUMP_TRUNCATED';
}

/** What a shell ends with when it does not find a program, and an engine when there is no shell (POSIX, 2.8.2). */
const NOT_FOUND = 127;

function ended(name: string, code: number, complaint: readonly Buffer[]): HoldfastError {
  if (code !== NOT_FOUND) return failed(name, `it ended with ${code}`, complaint);
  return new HoldfastError(
    'DUMP_TOOL_MISSING',
    `The image has nothing to make the dump ${name} with${said(complaint)}`,
    {
      hint: 'Its files are kept consistently all the same. Without a dump: the label holdfast.volume.method=pause',
    },
  );
}

function failed(name: string, why: string, complaint: readonly Buffer[] = []): HoldfastError {
  return new HoldfastError('DUMP_FAILED', `The dump ${name} failed: ${why}${said(complaint)}`, {
    hint: 'It must not be kept. Another method can be chosen with the label holdfast.volume.method.',
  });
}

/** Its last words, in parentheses. */
function said(complaint: readonly Buffer[]): string {
  const lines = Buffer.concat(complaint).toString('utf8').split('\n');
  const last = lines.findLast((line) => line.trim() !== '') ?? '';
  const words = last.replace(/[\x00-\x1f\x7f-\x9f]+/g, ' ').slice(0, 300);
  return words === '' ? '' : ` (${words})`;
}
