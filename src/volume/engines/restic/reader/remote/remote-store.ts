import { HoldfastError } from '#core/errors.ts';
import type { ResticFile, ResticFileKind } from '#volume/engines/restic/reader/files.ts';

/** A server that keeps a repository's files, in the words of its own protocol. */
export interface RemoteStore {
  /**
   * Names of a kind with their sizes as the server tells them, in no order; some may be none. None where there is no such
   * folder. @throws as `ResticFiles.list`
   */
  list(kind: Exclude<ResticFileKind, 'config'>): AsyncIterable<ResticFile>;
  /**
   * At most `lengthBytes` bytes from `offsetBytes`; fewer only where the file ends. `whole` asks for all of it, and more
   * than `lengthBytes` are refused then.
   * @throws `RESTIC_FILE_MISSING`, `RESTIC_FILE_TOO_LARGE`, `RESTIC_FILE_UNREADABLE`, and what `throwOutOfReach` knows
   */
  read(kind: ResticFileKind, name: string, wanted: WantedBytes): Promise<Buffer>;
  /** Never rejects. */
  close(): Promise<void>;
}

export interface WantedBytes {
  readonly offsetBytes: number;
  readonly lengthBytes: number;
  readonly whole: boolean;
}

/** Folders of restic's default layout; for S3 and sftp, packs lie below the first two digits of their names. */
export const FOLDERS = { key: 'keys', index: 'index', snapshot: 'snapshots', pack: 'data' } as const;

/** Slowest pace at which a file is waited for, beside a minute that each may take. */
const LEAST_BYTES_PER_MS = 4;

/** How long so many bytes may take in all, however steadily they come. */
export function readLimitMs(sizeBytes: number): number {
  return 60_000 + sizeBytes / LEAST_BYTES_PER_MS;
}

/** A file as it is named in messages: `keys/…`, `data/…`, `config`. */
export function shownFile(kind: ResticFileKind, name: string): string {
  return kind === 'config' ? 'config' : `${FOLDERS[kind]}/${name}`;
}

export function fileMissing(path: string): HoldfastError {
  return new HoldfastError('RESTIC_FILE_MISSING', `${path} is missing`, { path });
}

export function fileUnreadable(path: string, why: string, cause?: unknown): HoldfastError {
  const details = { path, ...(cause === undefined ? {} : { cause }) };
  return new HoldfastError('RESTIC_FILE_UNREADABLE', `${path} cannot be read (${why})`, details);
}

export function fileTooLarge(path: string, limitBytes: number): HoldfastError {
  return new HoldfastError('RESTIC_FILE_TOO_LARGE', `${path} has more than ${limitBytes} bytes`, { path });
}
