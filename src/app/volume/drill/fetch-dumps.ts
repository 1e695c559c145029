import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { insidePath, type OpenInside } from '#app/volume/restore/inside/inside.ts';
import { leavingRoom } from '#base/files/leaving-room.ts';
import { HoldfastError, type Problem, problemOf, systemCode } from '#core/errors.ts';
import { checkedEnds } from '#volume/dump/check-dump.ts';
import { dumpCheckOf } from '#volume/dump/list.ts';
import type { SnapshotRow } from '#volume/engines/engine.ts';
import { DUMPS_NAME } from '#volume/snapshot/manifest.ts';

/** Where dumps lie in a snapshot. */
export interface DumpSource {
  readonly inside: OpenInside;
  readonly row: SnapshotRow;
  /** Where its manifest and dumps lie in it. */
  readonly staging: string;
}

/** Dumps that were fetched, and what kept others from it. */
export interface FetchedDumps {
  /** By the dump's name, the file's name in the directory. */
  readonly files: ReadonlyMap<string, string>;
  readonly bytes: number;
  /** What is damaged. */
  readonly bad: readonly Problem[];
  /** What has nothing to do with the dumps; those behind it were not fetched. */
  readonly obstacle?: Problem;
}

/** Where in a snapshot a dump lies. */
export function dumpPath({ staging }: Pick<DumpSource, 'staging'>, name: string): Buffer {
  return insidePath(`${staging}/${DUMPS_NAME}/${name}`);
}

/**
 * Writes dumps of a snapshot into a directory, as files that everybody may read, under names of their own; how each begins
 * and ends is looked at on the way. @throws what ends the signal
 */
export async function fetchDumps(
  source: DumpSource,
  names: readonly string[],
  directory: string,
  limitBytes: number,
  signal: AbortSignal,
): Promise<FetchedDumps> {
  const files = new Map<string, string>();
  const bad: Problem[] = [];
  let bytes = 0;
  for (const [index, name] of names.entries()) {
    const content = source.inside.content(source.row, dumpPath(source, name));
    const bounded = within(checkedEnds(content, name, dumpCheckOf(innerName(name))), directory, (size) => {
      bytes += size;
      return bytes <= limitBytes;
    });
    const file = `${index}`;
    try {
      const target = createWriteStream(join(directory, file), { flags: 'wx', mode: 0o644 });
      await pipeline(Readable.from(bounded), target, { signal });
      files.set(name, file);
    } catch (error) {
      signal.throwIfAborted();
      const obstacle = obstacleIn(error, limitBytes);
      if (obstacle !== undefined) return { files, bytes, bad, obstacle };
      bad.push({
        code: 'DRILL_DUMP_BAD',
        message: `The dump ${name} cannot be read whole: ${problemOf(error).message}`,
      });
    }
  }
  return { files, bytes, bad };
}

/** Its name below its container's. */
function innerName(name: string): string {
  return name.slice(name.indexOf('/') + 1);
}

class TooLarge extends Error {}
class NoRoom extends Error {}

async function* within(
  content: AsyncIterable<Uint8Array>,
  directory: string,
  mayPass: (size: number) => boolean,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of leavingRoom(content, directory, () => new NoRoom())) {
    if (!mayPass(chunk.length)) throw new TooLarge();
    yield chunk;
  }
}

function obstacleIn(error: unknown, limitBytes: number): Problem | undefined {
  if (error instanceof TooLarge) {
    return {
      code: 'DRILL_LOAD_TOO_LARGE',
      message: `they are larger than ${Math.round(limitBytes / 1024 ** 3)} GiB`,
      hint: 'Allow more with --dump-limit GIB.',
    };
  }
  if (error instanceof NoRoom || systemCode(error) === 'ENOSPC' || systemCode(error) === 'EDQUOT') {
    return { code: 'DRILL_LOAD_NO_ROOM', message: 'there is no room for them on the engine’s disk' };
  }
  // A fault of this program is neither.
  if (!(error instanceof HoldfastError) && systemCode(error) === undefined) throw error;
  if (error instanceof HoldfastError && !AWAY.test(error.code)) return undefined;
  return { code: 'DRILL_LOAD_UNREADABLE', message: `they could not be fetched: ${problemOf(error).message}` };
}

/** The repository does not let itself be read: whatever else is wrong with one is damage. */
const AWAY =
  /^(?:SFTP_|RESTIC_(?:UNREACHABLE|CREDENTIALS_|HOST_KEY|CERTIFICATE|CLOCK_WRONG|TOO_SLOW|LOCKED|BUSY|DENIED|MISSING$|TOO_OLD))/;
