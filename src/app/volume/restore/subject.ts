import type { SnapshotRow } from '#volume/engines/engine.ts';
import { stagingName, volumeTag } from '#volume/snapshot/tags.ts';

/** What a snapshot is of: a volume of an engine, or a directory or file of the host by its absolute path. */
export interface RestoreSubject {
  readonly kind: 'volume' | 'bind';
  readonly name: string;
}

const KINDS = ['volume', 'bind'] as const;

/** What a snapshot's tags say that it is of; undefined for those that Holdfast did not make. */
export function subjectOfTags(tags: readonly string[]): RestoreSubject | undefined {
  for (const tag of tags) {
    const kind = KINDS.find((one) => tag.startsWith(`${one}=`));
    const name = kind === undefined ? '' : tag.slice(kind.length + 1);
    // Only what would have been tagged so.
    if (kind !== undefined && volumeTag(name) === tag) return { kind, name };
  }
  return undefined;
}

/** Where in a snapshot the data of its subject lies: where it lay on the host that it was taken on. */
export function sourcePath({ paths }: Pick<SnapshotRow, 'paths'>, subject: RestoreSubject): string | undefined {
  if (subject.kind === 'bind') return paths.find((path) => path === subject.name);
  return paths.find((path) => !isStaging(path, subject.name));
}

/** Where in a snapshot its manifest and the dumps of databases lie. */
export function stagingPath({ paths }: Pick<SnapshotRow, 'paths'>, subject: RestoreSubject): string | undefined {
  return paths.find((path) => path !== sourcePath({ paths }, subject) && isStaging(path, subject.name));
}

/** `…/staging/REPOSITORY/NAME`, on whichever host. */
function isStaging(path: string, name: string): boolean {
  const parts = path.split('/');
  return parts.at(-1) === stagingName(name) && parts.at(-3) === 'staging';
}
