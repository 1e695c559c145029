import type { Transform } from 'node:stream';

/** Node's default of 16 KiB costs a third of the speed. */
export const OUTPUT_CHUNK_BYTES = 256 * 1024;

/** Runs bytes through one of zlib's streams; inflating happens on the thread pool, beside whoever reads. */
export async function* throughZlib(chunks: AsyncIterable<Uint8Array>, inflate: Transform): AsyncGenerator<Buffer> {
  let goOn: () => void = () => undefined;
  // A write that failed is not answered; the stream's end is.
  inflate.once('close', () => goOn());
  const feed = async () => {
    for await (const chunk of chunks) {
      if (inflate.destroyed) return;
      await new Promise<void>((taken) => {
        goOn = taken;
        inflate.write(chunk, () => taken());
      });
    }
    inflate.end();
  };
  const feeding = feed().catch((error: unknown) => {
    inflate.destroy(error instanceof Error ? error : new Error(String(error)));
  });
  try {
    for await (const chunk of inflate) yield chunk as Buffer;
  } finally {
    inflate.destroy();
    // Nobody reads on behind the back of who gave up: the file may be closed now.
    await feeding;
  }
}
