import * as zlib from 'node:zlib';
import { OUTPUT_CHUNK_BYTES, throughZlib } from '#base/compress/zlib-stream.ts';
import { MAX_WINDOW_BYTES, zstdFrames } from '#base/compress/zstd-frames.ts';
import { type PortableZstd, portableZstd } from '#base/compress/zstd-portable.ts';

type ZstdFactory = (options: { chunkSize: number }) => ReturnType<typeof zlib.createGunzip>;

/** Starting one of Node's decoders costs more than a small frame: layers with a frame a file have thousands. */
const NATIVE_FRAMES = 8;

/** zlib of Node 22.15 and later decompresses zstd itself, beside the thread that reads. */
function nativeZstd(): ZstdFactory | undefined {
  return (zlib as unknown as { createZstdDecompress?: ZstdFactory }).createZstdDecompress;
}

/**
 * Decompresses zstd frames (RFC 8878) with windows of up to 128 MiB, whatever Node there is.
 * @param nativeFrames how many frames Node's own decoder is asked to do, where there is one
 * @param mostWindowBytes the largest window, which the decoder holds in memory
 * @throws `ZSTD_CORRUPT`, the errors of Node's decoder, and what the chunks throw
 */
export async function* unzstd(
  chunks: AsyncIterable<Uint8Array>,
  nativeFrames = NATIVE_FRAMES,
  mostWindowBytes = MAX_WINDOW_BYTES,
): AsyncGenerator<Buffer> {
  const native = nativeZstd();
  let portable: PortableZstd | undefined;
  let index = 0;
  try {
    for await (const frame of zstdFrames(chunks, mostWindowBytes)) {
      if (native !== undefined && index < nativeFrames) {
        yield* throughZlib(frame, native({ chunkSize: OUTPUT_CHUNK_BYTES }));
      } else {
        portable ??= await portableZstd();
        yield* portable.frame(frame);
      }
      index += 1;
    }
  } finally {
    portable?.close();
  }
}
