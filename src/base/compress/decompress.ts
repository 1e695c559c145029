import { createGunzip } from 'node:zlib';
import type { Compression } from '#base/compress/detect.ts';
import { OUTPUT_CHUNK_BYTES, throughZlib } from '#base/compress/zlib-stream.ts';
import { unzstd } from '#base/compress/zstd.ts';
import { HoldfastError, systemCode } from '#core/errors.ts';

/** Limits on what compressed bytes may become. */
export interface DecompressLimits {
  readonly outputBytes: number;
  /** Output to input, looked at once `ratioFromBytes` came out. */
  readonly ratio: number;
  readonly ratioFromBytes: number;
}

/** gzip cannot exceed 1032:1, so only zstd meets the ratio; both meet the size. */
export const DEFAULT_DECOMPRESS_LIMITS: DecompressLimits = {
  outputBytes: 16 * 1024 ** 3,
  ratio: 1100,
  ratioFromBytes: 1024 ** 3,
};

/**
 * The uncompressed bytes.
 * @throws `GZIP_CORRUPT`, `ZSTD_CORRUPT`, `COMPRESSION_UNSUPPORTED`, `DECOMPRESS_LIMIT`, and what the chunks throw
 */
export async function* decompress(
  chunks: AsyncIterable<Uint8Array>,
  compression: Compression,
  limits: DecompressLimits = DEFAULT_DECOMPRESS_LIMITS,
): AsyncGenerator<Uint8Array> {
  if (compression === 'none') {
    yield* chunks;
    return;
  }
  if (compression !== 'gzip' && compression !== 'zstd') {
    throw new HoldfastError('COMPRESSION_UNSUPPORTED', `Layers compressed with ${compression} cannot be read`, {
      hint: 'The image specification knows gzip and zstd. Convert the image, for example with skopeo copy.',
    });
  }
  let inputBytes = 0;
  const counted = async function* () {
    for await (const chunk of chunks) {
      inputBytes += chunk.byteLength;
      yield chunk;
    }
  };
  const output =
    compression === 'gzip'
      ? throughZlib(counted(), createGunzip({ chunkSize: OUTPUT_CHUNK_BYTES }))
      : unzstd(counted());
  let outputBytes = 0;
  try {
    for await (const chunk of output) {
      outputBytes += chunk.length;
      const ratio = outputBytes > limits.ratioFromBytes && outputBytes > inputBytes * limits.ratio;
      if (outputBytes > limits.outputBytes || ratio) throw limitReached(outputBytes, inputBytes);
      yield chunk;
    }
  } catch (error) {
    throw zlibError(error, compression);
  }
}

function limitReached(outputBytes: number, inputBytes: number): HoldfastError {
  return new HoldfastError('DECOMPRESS_LIMIT', `${inputBytes} compressed bytes grew beyond ${outputBytes} bytes`, {
    hint: 'This is how an archive bomb looks. Nothing more of it was read.',
  });
}

function zlibError(error: unknown, compression: 'gzip' | 'zstd'): unknown {
  const code = systemCode(error);
  if (error instanceof HoldfastError || code === undefined || !/^(Z_|ZSTD_|ERR_ZLIB|ERR_BROTLI)/.test(code))
    return error;
  const what = compression === 'gzip' ? 'GZIP_CORRUPT' : 'ZSTD_CORRUPT';
  return new HoldfastError(what, `The ${compression} data is damaged or was cut off`, {
    hint: 'Make or fetch the image again.',
    cause: error,
  });
}
