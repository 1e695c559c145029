import type { OpenRepository } from '#app/volume/repositories/open-repository.ts';
import { openOwnReader } from '#app/volume/repositories/own-reader.ts';
import type { OpenInside } from '#app/volume/restore/inside/inside.ts';
import { ownInside } from '#app/volume/restore/inside/own.ts';
import { resticInside } from '#app/volume/restore/inside/restic.ts';
import { HoldfastError } from '#core/errors.ts';

/**
 * Opens a repository for looking into it, with the reader of our own; one in a layout that only an old restic knows, with
 * restic. @throws `RESTIC_*`
 */
export async function openInside(repository: OpenRepository): Promise<OpenInside> {
  try {
    return ownInside(await openOwnReader(repository));
  } catch (error) {
    if (error instanceof HoldfastError && error.code === 'RESTIC_LAYOUT_UNSUPPORTED')
      return resticInside(repository.engine);
    throw error;
  }
}
