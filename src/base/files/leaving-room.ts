import { statfsSync } from 'node:fs';

/** What is written without a known end must not fill a disk that others need. */
const LEAST_FREE_BYTES = 1024 ** 3;
/** Of a small disk. */
const LEAST_FREE_SHARE = 0.05;
const LOOK_BYTES = 16 * 1024 * 1024;

/**
 * Passes on what is written into a directory as long as 1 GiB of its disk is free, or a twentieth of a smaller one.
 * @param full what to throw when it is not
 */
export async function* leavingRoom(
  content: AsyncIterable<Uint8Array>,
  directory: string,
  full: (freeBytes: number) => Error,
): AsyncGenerator<Uint8Array> {
  let unseenBytes = LOOK_BYTES;
  for await (const chunk of content) {
    unseenBytes += chunk.length;
    if (unseenBytes >= LOOK_BYTES) {
      const { free, least } = roomOf(directory);
      if (free < least) throw full(free);
      unseenBytes = 0;
    }
    yield chunk;
  }
}

/** Whether so many bytes can be written into a directory, and its disk is left with room. */
export function hasRoom(directory: string, bytes: number): boolean {
  const { free, least } = roomOf(directory);
  return free - bytes >= least;
}

function roomOf(directory: string): { readonly free: number; readonly least: number } {
  const { bavail, bsize, blocks } = statfsSync(directory);
  return { free: bavail * bsize, least: Math.min(LEAST_FREE_BYTES, LEAST_FREE_SHARE * blocks * bsize) };
}
