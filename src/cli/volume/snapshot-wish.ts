import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { readMoment } from '#app/read-moment.ts';
import type { SnapshotWish } from '#app/volume/restore/pick-snapshot.ts';
import { HoldfastError } from '#core/errors.ts';

/** Whose snapshot is meant. */
export interface SubjectFlags {
  readonly volume?: string;
  readonly bind?: string;
}

/** Which one of them. */
export interface WishFlags extends SubjectFlags {
  readonly at?: string;
  readonly lastTrusted?: true;
  /** False: `--no-known-exploited`. */
  readonly knownExploited?: boolean;
  readonly beforeImage?: string;
}

/** What arguments and options say of the snapshot that is meant. @throws `USAGE`, `TIME_INVALID` */
export function wishFor(
  given: string | undefined,
  { volume, bind, at, lastTrusted, knownExploited, beforeImage }: WishFlags,
  now: Date,
): SnapshotWish {
  if (volume !== undefined && bind !== undefined) throw usage('Name a volume or a directory, not both');
  const name = volume ?? (bind === undefined ? undefined : realOf(bind));
  const subject =
    name === undefined ? {} : { subject: { kind: bind === undefined ? 'volume' : 'bind', name } as const };
  const trusted = lastTrusted === true || knownExploited === false;
  const isSearch = at !== undefined || trusted || beforeImage !== undefined;
  const snapshot = given ?? (isSearch ? 'latest' : undefined);
  if (snapshot === undefined) {
    throw usage('Name a snapshot, or which one is meant', 'An id, latest, --at, --last-trusted or --before-image.');
  }
  if (name === undefined && snapshot === 'latest')
    throw usage('Say whose snapshot', 'Give --volume VOLUME or --bind PATH.');
  const image = beforeImage?.slice(beforeImage.lastIndexOf('@') + 1);
  if (image !== undefined && !/^sha256:[0-9a-f]{64}$/.test(image)) {
    throw usage(
      `${JSON.stringify(beforeImage?.slice(0, 100))} is no digest`,
      'Write sha256: and 64 digits, or NAME@sha256:…',
    );
  }
  return {
    ...{ snapshot, trusted, ...subject },
    ...(knownExploited === false && lastTrusted !== true ? { withoutVerdicts: true as const } : {}),
    ...(at === undefined ? {} : { at: readMoment(at, now) }),
    ...(image === undefined ? {} : { beforeImage: image }),
  };
}

/** A mistake on the command line. */
export function usage(message: string, hint?: string): HoldfastError {
  return new HoldfastError('USAGE', message, { kind: 'usage', ...(hint === undefined ? {} : { hint }) });
}

/** Snapshots of directories are kept under their real path; one that is gone has no other. */
function realOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}
