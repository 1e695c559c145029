/**
 * The first `length` bytes of what passes by, fewer where there are fewer, and all of it again from the beginning.
 * Whoever does not want all of it leaves the source open.
 */
export async function peek(
  chunks: AsyncIterable<Uint8Array>,
  length: number,
): Promise<{ readonly head: Buffer; readonly all: AsyncGenerator<Uint8Array> }> {
  const source = chunks[Symbol.asyncIterator]();
  const first: Buffer[] = [];
  for (let have = 0; have < length; ) {
    const next = await source.next();
    if (next.done === true) break;
    const { buffer, byteOffset, byteLength } = next.value;
    first.push(Buffer.from(buffer, byteOffset, byteLength));
    have += byteLength;
  }
  const all = async function* () {
    try {
      yield* first;
      for (let next = await source.next(); next.done !== true; next = await source.next()) yield next.value;
    } finally {
      await source.return?.();
    }
  };
  return { head: Buffer.concat(first).subarray(0, length), all: all() };
}
