import { closeSync, fsyncSync, openSync } from 'node:fs';

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
