import { chmodSync, existsSync, mkdirSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { homePaths } from '#app/home/home-directory.ts';
import { takeLock } from '#base/files/lock-file.ts';
import { makeSyncedDirectory, syncDirectory } from '#base/files/sync-directory.ts';
import { writing } from '#base/files/writing.ts';
import { HoldfastError } from '#core/errors.ts';

/** A directory that is to become a home again. */
export interface RestorePlace {
  /** The home is made: the mark is taken away. */
  done(): void;
  /** Nothing is left of what was restored. */
  undo(): void;
}

function markOf(directory: string): string {
  return join(directory, 'restoring.lock');
}

/** What a restore makes, beside the configuration. */
function partsOf(directory: string): readonly string[] {
  const { database, blobs, keys } = homePaths(directory);
  const settings = ['repositories', 'notify', 'schedules'].map((name) => join(directory, name));
  return [database, `${database}-wal`, `${database}-shm`, blobs, keys, ...settings];
}

/**
 * Takes a directory for a restore, with a mark in it that says so. What an interrupted restore left there is removed: its
 * mark proves whose it is. Anything else that belongs to a home is left alone and refused.
 * @throws `HOME_EXISTS`, `HOME_REMAINS`, `HOME_BUSY`, `FILE_NOT_WRITTEN`
 */
export function takeRestorePlace(directory: string): RestorePlace {
  const { config } = homePaths(directory);
  const mark = markOf(directory);
  if (existsSync(config)) {
    throw new HoldfastError('HOME_EXISTS', `${directory} is a home already`, {
      kind: 'usage',
      hint: 'Nothing is overwritten. Move it away, or say with HOLDFAST_HOME where to restore.',
    });
  }
  const interrupted = existsSync(mark);
  const remains = partsOf(directory).find((part) => existsSync(part));
  if (remains !== undefined && !interrupted) {
    throw new HoldfastError('HOME_REMAINS', `${remains} is there, without a home’s config.json`, {
      kind: 'usage',
      hint: 'Nothing is overwritten. Move it away, or say with HOLDFAST_HOME where to restore.',
    });
  }
  const existed = existsSync(directory);
  const lock = writing(directory, () => {
    makeSyncedDirectory(directory);
    // It may have been there, with the advisories.
    chmodSync(directory, 0o700);
    return takeLock(mark);
  });
  if (lock === undefined) {
    throw new HoldfastError('HOME_BUSY', `Another restore into ${directory} is at work`, {
      kind: 'usage',
      hint: `If none is, remove ${mark}.`,
    });
  }
  const removeParts = () => {
    for (const part of partsOf(directory)) rmSync(part, { recursive: true, force: true });
  };
  writing(directory, () => {
    removeParts();
    syncDirectory(directory);
    mkdirSync(homePaths(directory).keys, { mode: 0o700 });
  });
  return {
    done: () => {
      lock.release();
      writing(directory, () => syncDirectory(directory));
    },
    undo: () => {
      removeParts();
      lock.release();
      // Only where it is empty: other things may have come meanwhile.
      if (!existed) removeEmpty(directory);
    },
  };
}

function removeEmpty(directory: string): void {
  try {
    rmdirSync(directory);
  } catch {
    // It is not empty.
  }
}

/** @throws `HOME_HALF_RESTORED` where a restore was interrupted */
export function refuseHalfRestored(directory: string): void {
  if (!existsSync(markOf(directory))) return;
  throw new HoldfastError('HOME_HALF_RESTORED', `A restore into ${directory} was interrupted`, {
    kind: 'usage',
    hint: 'Run it again: holdfast home restore FILE',
  });
}
