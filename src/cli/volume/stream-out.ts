import { createWriteStream, rmSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { HoldfastError, systemCode } from '#core/errors.ts';

/**
 * Writes what comes to a new file, or, for `-` and without one, to standard output, at the reader's pace. A reader that
 * went away is no error. What fails leaves no file behind.
 * @throws `OUTPUT_EXISTS`, `OUTPUT_FAILED`, and what `pieces` throws
 */
export async function streamOut(file: string | undefined, pieces: AsyncIterable<string | Uint8Array>): Promise<void> {
  const toFile = file !== undefined && file !== '-';
  let began = false;
  const source = Readable.from(pieces);
  try {
    if (toFile) {
      const stream = createWriteStream(file, { flags: 'wx', mode: 0o600 });
      stream.once('open', () => {
        began = true;
      });
      await pipeline(source, stream);
    } else await pipeline(source, process.stdout, { end: false });
  } catch (cause) {
    if (toFile && began) rmSync(file, { force: true });
    if (cause instanceof HoldfastError) throw cause;
    const code = systemCode(cause);
    if (!toFile && (code === 'EPIPE' || code === 'ERR_STREAM_PREMATURE_CLOSE')) return;
    if (code === 'EEXIST') {
      throw new HoldfastError('OUTPUT_EXISTS', `${file} is there already`, { kind: 'usage', hint: 'Name a new file.' });
    }
    if (code === undefined) throw cause;
    throw new HoldfastError('OUTPUT_FAILED', `${file ?? 'Standard output'} cannot be written (${code})`, {
      cause,
      hint: 'Check that its directory is there, may be written, and has room.',
    });
  }
}
