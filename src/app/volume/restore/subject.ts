import { volumeTag } from '#app/volume/snapshot/take-snapshot.ts';
import type { SnapshotRow } from '#volume/engines/engine.ts';

/** What a snapshot is of: a volume of an engine, or a directory or file of the host. */
export type RestoreSubject =
  | { readonly kind: 'volume'; readonly name: string }
  | { readonly kind: 'bind'; readonly name: string };

const BIND_TAG = 'bind=';
const VOLUME_TAG = volumeTag('');

/** The tag that its snapshots have. */
export function subjectTag({ kind, name }: RestoreSubject): string {
  return kind === 'volume' ? volumeTag(name) : `${BIND_TAG}${name}`;
}

/** The stream of the ledger that its events are in. */
export function subjectStream({ kind, name }: RestoreSubject): string {
  return `${kind}:${name}`;
}

/** What a snapshot's tags say that it is of; undefined for those that Holdfast did not make. */
export function subjectOfTags(tags: readonly string[]): RestoreSubject | undefined {
  for (const tag of tags) {
    if (tag.startsWith(VOLUME_TAG)) return { kind: 'volume', name: tag.slice(VOLUME_TAG.length) };
    if (tag.startsWith(BIND_TAG)) return { kind: 'bind', name: tag.slice(BIND_TAG.length) };
  }
  return undefined;
}

/** Where in a snapshot the data of its subject lies: where it lay on the host that it was taken on. */
export function sourcePath({ paths }: Pick<SnapshotRow, 'paths'>, subject: RestoreSubject): string | undefined {
  if (subject.kind === 'bind') return paths.find((path) => path === subject.name);
  return paths.find((path) => !isStaging(path, subject.name));
}

/** Where in a snapshot its manifest and the dumps of databases lie. */
export function stagingPath(
  { paths }: Pick<SnapshotRow, 'paths'>,
  subject: RestoreSubject | undefined,
): string | undefined {
  if (subject?.kind === 'volume') return paths.find((path) => isStaging(path, subject.name));
  return paths.find((path) => path !== subject?.name && path.split('/').at(-3) === 'staging');
}

/** `…/staging/REPOSITORY/VOLUME`, on whichever host. */
function isStaging(path: string, volume: string): boolean {
  const parts = path.split('/');
  return parts.at(-1) === volume && parts.at(-3) === 'staging';
}
