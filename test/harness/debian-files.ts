import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const KEPT = join(import.meta.dirname, '../../.scratch/images');

/**
 * A tar of Debian 12's files as `mmdebstrap` makes it with these arguments: the path of a file that nobody may change.
 * It is made once and kept in the checkout's scratch directory, since fetching and unpacking takes half a minute.
 */
export function debianFiles(name: string, args: readonly string[]): string {
  const key = createHash('sha256').update(args.join('\0')).digest('hex').slice(0, 12);
  const tar = join(KEPT, `${name}-${key}.tar`);
  if (existsSync(tar)) return tar;
  mkdirSync(KEPT, { recursive: true });
  const made = `${tar}.${process.pid}`;
  try {
    execFileSync('mmdebstrap', ['--quiet', '--format=tar', ...args, 'bookworm', made], { stdio: 'pipe' });
    renameSync(made, tar);
  } finally {
    rmSync(made, { force: true });
  }
  return tar;
}

/** Debian's smallest system that still has its package manager. */
export const minimalDebian = () => debianFiles('minimal', ['--variant=minbase']);
