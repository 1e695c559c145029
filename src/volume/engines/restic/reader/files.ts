import { HoldfastError } from '#core/errors.ts';

/** The kinds of files of a repository that are read; locks are not. */
export type ResticFileKind = 'config' | 'key' | 'index' | 'snapshot' | 'pack';

/** A file whose name is 64 lowercase hexadecimal digits: the SHA-256 of its bytes. */
export interface ResticFile {
  readonly name: string;
  readonly sizeBytes: number;
}

/** Where a repository's files are: a directory, a bucket … Read only; safe to call several times at once. */
export interface ResticFiles {
  /**
   * All files of a kind whose name is one, in no order. None where the folder is missing.
   * @throws `RESTIC_FILE_UNREADABLE`, and what {@link throwOutOfReach} knows
   */
  list(kind: Exclude<ResticFileKind, 'config'>): AsyncIterable<ResticFile>;
  /**
   * The whole file, or exactly `lengthBytes` bytes from `offsetBytes`. The name of the configuration is `config`.
   * @throws `RESTIC_FILE_MISSING`, `RESTIC_FILE_TRUNCATED` when there are fewer bytes, `RESTIC_FILE_TOO_LARGE`,
   * `RESTIC_FILE_UNREADABLE` for all else that is about this file, and what {@link throwOutOfReach} knows
   */
  read(kind: ResticFileKind, name: string, offsetBytes?: number, lengthBytes?: number): Promise<Buffer>;
}

/** Files that keep connections or a program open. */
export interface OpenFiles extends ResticFiles {
  /** Never rejects. */
  close(): Promise<void>;
}

/** Most bytes that are read at once. restic's own index files stay below 8 MiB, a tree can be larger. */
export const MAX_READ_BYTES = 256 * 1024 * 1024;

const NAME = /^[0-9a-f]{64}$/;

/** Whether this can be the name of a file or a blob: 64 lowercase hexadecimal digits. */
export function isResticId(text: unknown): text is string {
  return typeof text === 'string' && NAME.test(text);
}

const OUT_OF_REACH: ReadonlySet<string> = new Set([
  'RESTIC_UNREACHABLE',
  'RESTIC_CREDENTIALS_REFUSED',
  'RESTIC_CREDENTIALS_EXPIRED',
  'RESTIC_CERTIFICATE',
  'RESTIC_CLOCK_WRONG',
  'RESTIC_HOST_KEY',
  'HTTP_CA_UNREADABLE',
  'HTTP_PROXY_INVALID',
]);

/** Whether an error says nothing of the file that was asked for: its server was not reached, or let nobody in. */
export function isOutOfReach(error: unknown): error is HoldfastError {
  return error instanceof HoldfastError && OUT_OF_REACH.has(error.code);
}

/** Lets pass what may become damage of one file; throws what is about all of them: nothing is known of them then. */
export function throwOutOfReach(error: unknown): void {
  if (isOutOfReach(error)) throw error;
}
