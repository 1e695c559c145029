import { type NestedWant, OWN_BYTES, type TarVisitor, type Want } from '#base/tar/entry.ts';
import { TRUNCATED_BODY } from '#base/tar/problems.ts';
import { walkTar } from '#base/tar/walk.ts';

const EMPTY = Buffer.alloc(0);

/** Hands out bytes that pass by once. */
interface Passing {
  /** Exactly `length` bytes, fewer at the end. Valid until the next call. */
  take(length: number): Buffer | Promise<Buffer>;
  /** Some bytes, at most `limit`; empty at the end. */
  some(limit: number): Buffer | Promise<Buffer>;
  /** How many of `length` bytes could be skipped. */
  skip(length: number): number | Promise<number>;
}

function passing(source: AsyncIterator<Uint8Array>): Passing {
  let chunk: Buffer = EMPTY;
  let failed: Promise<IteratorResult<Uint8Array>> | undefined;
  const more = async (): Promise<boolean> => {
    for (;;) {
      // Who failed once goes on failing: an error that a body's reader took for its own is not the archive's end.
      const asked = failed ?? source.next();
      const next = await asked.catch((error: unknown) => {
        failed = asked;
        throw error;
      });
      if (next.done === true) return false;
      const { buffer, byteOffset, byteLength } = next.value;
      chunk = Buffer.from(buffer, byteOffset, byteLength);
      if (byteLength > 0) return true;
    }
  };
  const cut = (length: number): Buffer => {
    const part = chunk.subarray(0, length);
    chunk = chunk.subarray(part.length);
    return part;
  };
  const gather = async (length: number): Promise<Buffer> => {
    if (length > OWN_BYTES) return gatherLarge(length);
    const parts: Buffer[] = [cut(length)];
    let have = parts[0]?.length ?? 0;
    while (have < length && (await more())) {
      const part = cut(length - have);
      parts.push(part);
      have += part.length;
    }
    return Buffer.concat(parts, have);
  };
  // Memory that nothing was written to costs nothing yet: a header that promises much gets none for its word.
  const gatherLarge = async (length: number): Promise<Buffer> => {
    const whole = Buffer.allocUnsafeSlow(length);
    let have = cut(length).copy(whole);
    while (have < length && (await more())) have += cut(length - have).copy(whole, have);
    return whole.subarray(0, have);
  };
  const skipOn = async (length: number): Promise<number> => {
    let left = length - cut(length).length;
    while (left > 0 && (await more())) left -= cut(left).length;
    return length - left;
  };
  return {
    take: (length) => (chunk.length >= length ? cut(length) : gather(length)),
    some: (limit) => (chunk.length > 0 ? cut(limit) : more().then((got) => (got ? cut(limit) : EMPTY))),
    skip: (length) => (chunk.length >= length ? cut(length).length : skipOn(length)),
  };
}

/**
 * Walks a tar whose bytes pass by once, and then drains what follows it, so that whoever hashes the bytes has seen all.
 * @throws `TAR_NOT_AN_ARCHIVE`, and what the chunks throw
 */
export async function readTarStream<W extends Want | NestedWant>(
  chunks: AsyncIterable<Uint8Array>,
  visitor: TarVisitor<W>,
): Promise<void> {
  const source = chunks[Symbol.asyncIterator]();
  try {
    await drive(passing(source), walkTar<W>(visitor), visitor);
  } finally {
    // Lets go of the file or the connection when the walk was given up; does nothing at the end.
    await source.return?.();
  }
}

async function drive<W extends Want | NestedWant>(
  bytes: Passing,
  walk: ReturnType<typeof walkTar<W>>,
  visitor: TarVisitor<W>,
): Promise<void> {
  const short = () => visitor.problem(TRUNCATED_BODY);
  for (let step = walk.next(); !step.done; ) {
    const value = step.value;
    if (typeof value === 'number' && value > 0) {
      const taken = bytes.take(value);
      step = walk.next(taken instanceof Promise ? await taken : taken);
    } else if (typeof value === 'number') {
      const skipped = bytes.skip(-value);
      if ((typeof skipped === 'number' ? skipped : await skipped) < -value) short();
      step = walk.next(EMPTY);
    } else {
      if (!(await giveBody(bytes, value.want, value.sizeBytes))) short();
      step = walk.next(EMPTY);
    }
  }
  while ((await bytes.some(Number.MAX_SAFE_INTEGER)).length > 0);
}

/** False when the archive ended inside the body. */
async function giveBody(bytes: Passing, want: Want | NestedWant, sizeBytes: number): Promise<boolean> {
  let left = sizeBytes;
  if (want.kind === 'random') {
    const sink = want.stream();
    while (left > 0) {
      const part = await bytes.some(left);
      if (part.length === 0) break;
      left -= part.length;
      if (!sink.push(part)) break;
    }
    sink.end();
  } else if (want.kind === 'nested') {
    const body = async function* (): AsyncGenerator<Buffer> {
      while (left > 0) {
        const part = await bytes.some(left);
        if (part.length === 0) return;
        left -= part.length;
        yield part;
      }
    };
    await want.consume(body());
  }
  return left === 0 || (await bytes.skip(left)) === left;
}
