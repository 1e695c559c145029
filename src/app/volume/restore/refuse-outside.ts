import { lstatSync } from 'node:fs';
import { HoldfastError } from '#core/errors.ts';
import { displayPath } from '#volume/engines/restic/reader/quoted-name.ts';

/*
 * Where data lay, and what lay there, a snapshot says itself: whoever has the password of its repository can have written it.
 */

/**
 * Refuses a path from a snapshot that would lead out of the directory that it is put behind.
 * @throws `SNAPSHOT_PATH_REFUSED`
 */
export function refuseOutside(path: Buffer): void {
  // Latin-1 keeps bytes as they are.
  const names = path.toString('latin1').split('/');
  if (!names.some((name) => name === '..' || name === '.') && !path.includes(0)) return;
  throw new HoldfastError('SNAPSHOT_PATH_REFUSED', `The snapshot says that its data lay at ${displayPath(path)}`, {
    hint: 'Nothing that was taken has such a path: somebody has made it up. Nothing was done.',
  });
}

/**
 * Whether something lies at a path below a directory, on whose way there are directories only: a link could lead anywhere.
 * Throws the system's other errors.
 */
export function isInside(directory: Buffer, path: Buffer): boolean {
  if (path.length === 0) return true;
  for (let end = path.indexOf(0x2f); end >= 0; end = path.indexOf(0x2f, end + 1)) {
    if (lookAt(directory, path.subarray(0, end))?.isDirectory() !== true) return false;
  }
  return lookAt(directory, path) !== undefined;
}

function lookAt(directory: Buffer, path: Buffer) {
  return lstatSync(Buffer.concat([directory, Buffer.from('/'), path]), { throwIfNoEntry: false });
}

/**
 * Refuses to put anything but a directory or a plain file where whole data is to be: what is mounted from there would be
 * whatever a link leads to. @param kind what has to be there; either unless given
 * @throws `SNAPSHOT_KIND_REFUSED`
 */
export function refuseOdd(item: Buffer, kind?: 'directory' | 'file'): void {
  const found = lstatSync(item);
  const is = found.isDirectory() ? 'directory' : found.isFile() ? 'file' : 'other';
  if (is === kind || (kind === undefined && is !== 'other')) return;
  const what = is === 'other' ? 'neither a directory nor a file' : `a ${is}`;
  const wanted = kind === undefined ? '' : `, and a ${kind} is to be replaced`;
  throw new HoldfastError('SNAPSHOT_KIND_REFUSED', `What the snapshot holds is ${what}${wanted}`, {
    hint: 'Nothing was done. holdfast volume browse shows what is in it.',
  });
}
