import { readFileSync } from 'node:fs';
import type { OpenRepository } from '#app/volume/repositories/open-repository.ts';
import type { OpenInside } from '#app/volume/restore/inside/inside.ts';
import { ownInside } from '#app/volume/restore/inside/own.ts';
import { resticInside } from '#app/volume/restore/inside/restic.ts';
import { directoryFiles } from '#volume/engines/restic/reader/directory-files.ts';
import { openRepository } from '#volume/engines/restic/reader/repository.ts';

/**
 * Opens a repository for looking into it: one in a directory with the reader of our own, without a subprocess; others
 * with restic. @throws `RESTIC_*`
 */
export async function openInside({ access, engine }: Pick<OpenRepository, 'access' | 'engine'>): Promise<OpenInside> {
  if (!access.location.startsWith('/')) return resticInside(engine);
  return ownInside(await openRepository(directoryFiles(access.location), passwordOf(access.passwordFile)));
}

/** What is in a file with a password, without the end of its line. */
export function passwordOf(file: string): string {
  return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
}
