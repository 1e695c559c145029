import { closeSync, fsyncSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { systemCode } from '#core/errors.ts';

/** Makes the names in a directory outlast a loss of power. Throws the system's error. */
export function syncDirectory(directory: string): void {
  // Windows keeps names in its own journal and cannot open directories.
  if (process.platform === 'win32') return;
  const fd = openSync(directory, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Makes a directory and those above it, for this user only, so that all of them outlast a loss of power. */
export function makeSyncedDirectory(directory: string): void {
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory()) return;
  const parent = dirname(directory);
  if (parent !== directory) makeSyncedDirectory(parent);
  try {
    mkdirSync(directory, { mode: 0o700 });
  } catch (error) {
    // Another was first; its name may not be on disk yet.
    if (systemCode(error) !== 'EEXIST') throw error;
  }
  syncDirectory(parent);
}
