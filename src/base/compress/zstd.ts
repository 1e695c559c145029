import * as zlib from 'node:zlib';
import { OUTPUT_CHUNK_BYTES, throughZlib } from '#base/compress/zlib-stream.ts';
import { HoldfastError } from '#core/errors.ts';

type ZstdFactory = (options: { chunkSize: number }) => ReturnType<typeof zlib.createGunzip>;

/** zlib of Node 22.15 and later decompresses zstd itself. */
function nativeZstd(): ZstdFactory | undefined {
  return (zlib as unknown as { createZstdDecompress?: ZstdFactory }).createZstdDecompress;
}

/** Decompresses zstd frames (RFC 8878); windows up to 128 MiB. @throws `ZSTD_CORRUPT` */
export async function* unzstd(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  const native = nativeZstd();
  if (native === undefined) yield* unzstdPortable(chunks);
  else yield* throughZlib(chunks, native({ chunkSize: OUTPUT_CHUNK_BYTES }));
}

/** The same in WebAssembly, for Node 20. */
export async function* unzstdPortable(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  const { ZSTDDecoder } = await import('zstddec/stream');
  const decoder = new ZSTDDecoder();
  await decoder.init();
  let queued: Uint8Array | undefined;
  let ended = false;
  let pulled = true;
  // The decoder takes its input synchronously: a chunk is laid ready before each call that could want one.
  const laidReady: Iterable<Uint8Array> = {
    [Symbol.iterator]: () => ({
      next: () => {
        pulled = true;
        const value = queued;
        queued = undefined;
        return value === undefined ? { done: true, value: undefined } : { done: false, value };
      },
    }),
  };
  const source = chunks[Symbol.asyncIterator]();
  const decoding = decoder.decodeStreaming(laidReady);
  let idle = 0;
  for (;;) {
    while (queued === undefined && !ended) {
      const next = await source.next();
      if (next.done === true) ended = true;
      else if (next.value.byteLength > 0) queued = next.value;
    }
    pulled = false;
    let step: IteratorResult<Uint8Array>;
    try {
      step = decoding.next();
    } catch (cause) {
      throw corrupt(cause);
    }
    if (step.done === true) return;
    const { buffer, byteOffset, byteLength } = step.value;
    // On corrupt input the decoder neither takes nor gives, for ever.
    idle = byteLength === 0 && !pulled ? idle + 1 : 0;
    if (idle >= 2) throw corrupt(undefined);
    if (byteLength > 0) yield Buffer.from(buffer, byteOffset, byteLength);
  }
}

function corrupt(cause: unknown): HoldfastError {
  return new HoldfastError('ZSTD_CORRUPT', 'The zstd data is damaged or was cut off', {
    hint: 'Make or fetch the image again.',
    cause,
  });
}
