import { createHash } from 'node:crypto';

/** Of snapshots that are consistent. */
export const OWN_TAG = 'holdfast';
/** Of first passes, which are not, and are taken back when the second has been made. */
export const FIRST_PASS_TAG = 'holdfast-first-pass';

/** What the tag of a target's snapshots says: of a volume by its name, of a directory of the host by its path. */
export function volumeTag(name: string): string {
  return isBind(name) ? `bind=${name}` : `volume=${name}`;
}

/** What the tag of a stack's own snapshot says, which holds its definition. Everything that a tag cannot hold is escaped. */
export function stackTag(stack: string): string {
  return `stack=${stack.toWellFormed().replace(/[%,\p{Cc}]|^\s|\s$/gu, encodeURIComponent)}`;
}

/** The stream of the ledger that a target's events are in. */
export function targetStream(name: string): string {
  return isBind(name) ? (name.length <= 390 ? `bind:${name}` : `bind:${shortHash(name)}`) : `volume:${name}`;
}

/** The stream of the ledger that a stack's events are in. */
export function stackStream(stack: string): string {
  const tag = stackTag(stack);
  return tag.length <= 380 ? tag.replace('=', ':') : `stack:${shortHash(stack)}`;
}

/** The directory for a target's dumps and manifest, always the same for it: earlier snapshots are found by their paths. */
export function stagingName(name: string): string {
  if (isBind(name)) return `bind-${shortHash(name)}`;
  // Engines allow no others; drivers of volumes may tell of anything.
  return /^[A-Za-z0-9][A-Za-z0-9_.-]{0,254}$/.test(name) ? name : `volume-${shortHash(name)}`;
}

/** Volumes' names hold no slashes; a directory's is its absolute path. */
export function isBind(name: string): boolean {
  return name.startsWith('/');
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
