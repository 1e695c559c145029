import { HoldfastError } from '#core/errors.ts';

/** The error for bytes that are no whole zstd frames. */
export function zstdCorrupt(why?: string, cause?: unknown): HoldfastError {
  const what = why === undefined ? 'is damaged or was cut off' : `cannot be read: ${why}`;
  return new HoldfastError('ZSTD_CORRUPT', `The zstd data ${what}`, {
    hint: 'Make or fetch the image again.',
    ...(cause === undefined ? {} : { cause }),
  });
}
