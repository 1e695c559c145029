import { read } from 'node:fs';
import { HoldfastError, systemCode } from '#core/errors.ts';

const CHUNK_BYTES = 512 * 1024;

/**
 * The bytes of a range of an open file, in large chunks; fewer where the file ends. The file must stay open until the
 * generator has returned, and is not closed by it: a read stream of Node's would close it at a time of its own.
 * @throws `FILE_UNREADABLE`
 */
export async function* fileChunks(fd: number, offset: number, sizeBytes: number): AsyncGenerator<Buffer> {
  for (let done = 0; done < sizeBytes; ) {
    const chunk = Buffer.allocUnsafeSlow(Math.min(CHUNK_BYTES, sizeBytes - done));
    const count = await readAt(fd, chunk, offset + done);
    if (count === 0) return;
    done += count;
    yield chunk.subarray(0, count);
  }
}

function readAt(fd: number, chunk: Buffer, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    read(fd, chunk, 0, chunk.length, position, (error, count) => {
      if (error === null) resolve(count);
      else reject(unreadableFile(error));
    });
  });
}

/** The error for a file that the operating system does not let be read. */
export function unreadableFile(cause: unknown, path?: string): HoldfastError {
  const why = systemCode(cause) ?? (cause instanceof Error ? cause.message : String(cause));
  return new HoldfastError('FILE_UNREADABLE', `${path ?? 'A file'} cannot be read (${why})`, {
    cause,
    ...(path === undefined ? {} : { path }),
  });
}
