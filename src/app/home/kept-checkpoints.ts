import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import { basename, join } from 'node:path';
import { copyPrefix, isAddress } from '#app/home/copy-checkpoint.ts';
import { HoldfastError, type Problem, problemOf, systemCode } from '#core/errors.ts';
import type { OutsideCheckpoint } from '#ledger/verify/outside.ts';

const NOTE_LIMIT_BYTES = 64 * 1024;

/** The newest copies say as much as all of them. */
const MOST_COPIES = 200;

/** A checkpoint that the operator names. @throws `CHECKPOINT_UNREADABLE` */
export function readCheckpointFile(path: string): OutsideCheckpoint {
  try {
    const fd = openSync(path, 'r');
    try {
      const bytes = Buffer.alloc(NOTE_LIMIT_BYTES);
      return { name: path, note: bytes.subarray(0, readSync(fd, bytes)).toString('utf8') };
    } finally {
      closeSync(fd);
    }
  } catch (cause) {
    throw new HoldfastError('CHECKPOINT_UNREADABLE', `${path} cannot be read: ${systemCode(cause) ?? 'unknown'}`, {
      kind: 'usage',
      hint: 'Name a file that a checkpoint was copied to.',
      cause,
    });
  }
}

/** The copies that a home's places hold of this log's checkpoints; a place that cannot be read is a problem. */
export function keptCheckpoints(
  places: readonly string[],
  origin: string,
): { readonly checkpoints: readonly OutsideCheckpoint[]; readonly problems: readonly Problem[] } {
  const checkpoints: OutsideCheckpoint[] = [];
  const problems: Problem[] = [];
  for (const place of places.filter((one) => !isAddress(one))) {
    try {
      const names = readdirSync(place)
        .filter((name) => name.startsWith(copyPrefix(origin)) && name.endsWith('.checkpoint'))
        .sort();
      for (const name of names.slice(-MOST_COPIES)) checkpoints.push(readCheckpointFile(join(place, basename(name))));
    } catch (error) {
      problems.push(problemOf(error, place));
    }
  }
  return { checkpoints, problems };
}
