import type { Problem } from '#core/errors.ts';

/** Said once a layer. */
export const TOO_MUCH: Problem = {
  code: 'INVENTORY_TOO_LARGE',
  message: 'The image has more files and packages than are kept in memory; the rest of this layer was left out',
  hint: 'No ordinary image does. Look at what is in it before it is used.',
};

/** A file that is matched and is not read. */
export function tooLarge(path: string, sizeBytes: number): Problem {
  return {
    code: 'FILE_TOO_LARGE',
    message: `A package file of ${sizeBytes} bytes was not read`,
    path,
    hint: 'Package databases are far smaller; look at how this file came to be.',
  };
}

/** A matched hard link whose target has passed by already. */
export function linkUnread(path: string, target: string): Problem {
  const shown = JSON.stringify(target.slice(0, 200).toWellFormed());
  return {
    code: 'HARDLINK_UNREAD',
    message: `A package file is a hard link to ${shown}, which was not read as one`,
    path,
    hint: 'Where a layer can be read twice, as in an archive that is not compressed, links are followed.',
  };
}
