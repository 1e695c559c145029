/** The bytes in pieces of `size`, one after the other, as a socket or a pipe would give them. */
export async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Buffer> {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < all.length; at += size) yield all.subarray(at, at + size);
}

/** All of them again, whole. Chunks may be overwritten once the next is asked for, so they are copied. */
export async function gathered(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const chunk of chunks) parts.push(Buffer.from(chunk));
  return Buffer.concat(parts);
}

/** All that comes, as a list. */
export async function gatheredList<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
