import { statSync } from 'node:fs';
import { HoldfastError } from '#core/errors.ts';
import type { Image } from '#image/image.ts';
import { directoryFiles } from '#source/archive/blob-files.ts';
import { openLayout } from '#source/archive/open-layout.ts';
import type { ImageChoice } from '#source/archive/selected-image.ts';

/** An OCI image layout's directory (OCI image layout). @throws `FILE_UNREADABLE` when there is no such directory */
export function openOciLayout(directory: string, choice: ImageChoice): Image {
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new HoldfastError('FILE_UNREADABLE', `${directory} is no directory`, {
      path: directory,
      kind: 'usage',
      hint: 'An OCI layout is a directory with an index.json; for one in a tar write oci-archive:FILE.',
    });
  }
  return openLayout(directoryFiles(directory), { kind: 'oci', reference: directory }, choice, 'oci');
}
