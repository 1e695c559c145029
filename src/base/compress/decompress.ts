import { createGunzip } from 'node:zlib';
import type { Compression } from '#base/compress/detect.ts';
import { OUTPUT_CHUNK_BYTES, throughZlib } from '#base/compress/zlib-stream.ts';
import { unzstd } from '#base/compress/zstd.ts';
import { zstdCorrupt } from '#base/compress/zstd-corrupt.ts';
import { HoldfastError, systemCode } from '#core/errors.ts';

/** Limits on what compressed bytes may become. */
export interface DecompressLimits {
  readonly outputBytes: number;
  /** Output to input, looked at once `ratioFromBytes` came out. */
  readonly ratio: number;
  readonly ratioFromBytes: number;
  /** The largest zstd window, which is held in memory; 128 MiB unless said. */
  readonly windowBytes?: number;
}

/** What went in and came out so far. Streams that share one share the limits. */
export interface Decompressed {
  inputBytes: number;
  outputBytes: number;
}

/**
 * Layers shrink to a half or a fifth, rarely to a tenth; zeros to a thousandth. What comes out is thus bounded by what was
 * sent, but for the first gigabytes: there may be a large empty file in a good image.
 */
export const DEFAULT_DECOMPRESS_LIMITS: DecompressLimits = {
  outputBytes: 128 * 1024 ** 3,
  ratio: 250,
  ratioFromBytes: 2 * 1024 ** 3,
};

/**
 * The uncompressed bytes.
 * @throws `GZIP_CORRUPT`, `ZSTD_CORRUPT`, `COMPRESSION_UNSUPPORTED`, `DECOMPRESS_LIMIT`, and what the chunks throw
 */
export async function* decompress(
  chunks: AsyncIterable<Uint8Array>,
  compression: Compression,
  limits: DecompressLimits = DEFAULT_DECOMPRESS_LIMITS,
  spent: Decompressed = { inputBytes: 0, outputBytes: 0 },
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
  const counted = async function* () {
    for await (const chunk of chunks) {
      spent.inputBytes += chunk.byteLength;
      yield chunk;
    }
  };
  const output =
    compression === 'gzip'
      ? throughZlib(counted(), createGunzip({ chunkSize: OUTPUT_CHUNK_BYTES }))
      : unzstd(counted(), undefined, limits.windowBytes);
  try {
    for await (const chunk of output) {
      spent.outputBytes += chunk.length;
      if (beyond(spent, limits)) throw limitReached(spent);
      yield chunk;
    }
  } catch (error) {
    throw zlibError(error, compression);
  }
}

function beyond({ inputBytes, outputBytes }: Decompressed, limits: DecompressLimits): boolean {
  if (outputBytes > limits.outputBytes) return true;
  return outputBytes > limits.ratioFromBytes && outputBytes > inputBytes * limits.ratio;
}

function limitReached({ inputBytes, outputBytes }: Decompressed): HoldfastError {
  return new HoldfastError('DECOMPRESS_LIMIT', `${inputBytes} compressed bytes grew beyond ${outputBytes} bytes`, {
    hint: 'This is how an archive bomb looks. Nothing of it was believed.',
  });
}

function zlibError(error: unknown, compression: 'gzip' | 'zstd'): unknown {
  const code = systemCode(error);
  if (error instanceof HoldfastError || code === undefined || !/^(Z_|ZSTD_|ERR_ZLIB)/.test(code)) return error;
  if (compression === 'zstd') return zstdCorrupt(undefined, error);
  return new HoldfastError('GZIP_CORRUPT', 'The gzip data is damaged or was cut off', {
    hint: 'Make or fetch the image again.',
    cause: error,
  });
}
