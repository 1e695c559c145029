import { HoldfastError } from '#core/errors.ts';
import type { DumpCheck } from '#volume/dump/dump-hook.ts';

const TAIL_BYTES = 4096;

/**
 * Passes a dump on and throws at its end when it is not whole. A dump is followed by `end`, which its script writes only
 * after the dump's program has succeeded: it is taken off. So a stream that was cut off is known even where the dump's own
 * format has no end.
 * @throws `DUMP_TRUNCATED`
 */
export async function* checkedDump(
  stream: AsyncIterable<Uint8Array>,
  name: string,
  check: DumpCheck,
  end: Uint8Array,
): AsyncGenerator<Uint8Array> {
  const ends = endsOf(check);
  // What may be a part of the end is kept back.
  let kept = Buffer.alloc(0);
  for await (const chunk of stream) {
    const all = Buffer.concat([kept, chunk]);
    const ready = all.subarray(0, Math.max(0, all.length - end.length));
    kept = all.subarray(ready.length);
    if (ready.length === 0) continue;
    ends.seen(ready);
    yield ready;
  }
  if (!kept.equals(end)) throw truncated(name, 'its command did not come to its end');
  const fault = ends.fault();
  if (fault !== undefined) throw truncated(name, fault);
}

/**
 * Passes on a dump that was kept, and throws at its end when it does not begin and end as it should.
 * @param check undefined: of its form nothing is known, and nothing is looked at
 * @throws `DUMP_TRUNCATED`
 */
export async function* checkedEnds(
  stream: AsyncIterable<Uint8Array>,
  name: string,
  check: DumpCheck | undefined,
): AsyncGenerator<Uint8Array> {
  const ends = endsOf(check ?? {});
  for await (const chunk of stream) {
    ends.seen(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length));
    yield chunk;
  }
  const fault = ends.fault();
  if (fault !== undefined) throw truncated(name, fault);
}

/** Reads a dump that was kept, to its end. What is wrong with it as far as its beginning and end tell; undefined: nothing. */
export async function keptDumpFault(stream: AsyncIterable<Uint8Array>, check: DumpCheck): Promise<string | undefined> {
  const ends = endsOf(check);
  for await (const chunk of stream) ends.seen(Buffer.from(chunk));
  return ends.fault();
}

/** Keeps the first and last bytes of what passes by. */
function endsOf(check: DumpCheck) {
  const mostHead = Math.max(0, ...(check.heads ?? []).map(({ length }) => length));
  let head = Buffer.alloc(0);
  let tail = Buffer.alloc(0);
  return {
    seen: (bytes: Buffer): void => {
      if (head.length < mostHead) head = Buffer.concat([head, bytes.subarray(0, mostHead - head.length)]);
      tail = Buffer.concat([tail, bytes.subarray(-TAIL_BYTES)]).subarray(-TAIL_BYTES);
    },
    fault: (): string | undefined => {
      if (!wholeHead(head, check)) return 'it does not begin as it should';
      return wholeTail(tail, check) ? undefined : 'it does not end as it should';
    },
  };
}

function wholeHead(head: Buffer, { heads }: DumpCheck): boolean {
  return heads === undefined || heads.some((one) => head.subarray(0, one.length).equals(one));
}

function wholeTail(tail: Buffer, { trailer, tail: end, lastByte }: DumpCheck): boolean {
  if (end !== undefined && !tail.subarray(-end.length).equals(end)) return false;
  if (trailer !== undefined && !tail.includes(trailer)) return false;
  return lastByte === undefined || tail.at(-1 - lastByte.before) === lastByte.value;
}

function truncated(name: string, why: string): HoldfastError {
  return new HoldfastError('DUMP_TRUNCATED', `The dump ${name} is not whole: ${why}`, {
    hint: 'It must not be kept. Look at the service’s log.',
  });
}
