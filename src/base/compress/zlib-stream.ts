import type { Transform } from 'node:stream';

/** Node's default of 16 KiB costs a third of the speed. */
export const OUTPUT_CHUNK_BYTES = 256 * 1024;

/** Runs bytes through one of zlib's streams; inflating happens on the thread pool, beside whoever reads. */
export async function* throughZlib(chunks: AsyncIterable<Uint8Array>, inflate: Transform): AsyncGenerator<Buffer> {
  const feed = async () => {
    for await (const chunk of chunks) {
      if (inflate.destroyed) return;
      // Called when the chunk was taken, and also when the stream was destroyed meanwhile.
      await new Promise<void>((taken) => inflate.write(chunk, () => taken()));
    }
    inflate.end();
  };
  const feeding = feed().catch((error: unknown) => {
    inflate.destroy(error instanceof Error ? error : new Error(String(error)));
  });
  try {
    for await (const chunk of inflate) yield chunk as Buffer;
    await feeding;
  } finally {
    inflate.destroy();
  }
}
