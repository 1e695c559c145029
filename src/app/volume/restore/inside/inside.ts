import type { Problem } from '#core/errors.ts';
import type { SnapshotFilter, SnapshotRow } from '#volume/engines/engine.ts';

/** An entry of a snapshot. */
export interface InsideEntry {
  /** From the snapshot's root, no slash in front; the bytes as they are, where the reader knows them. */
  readonly path: Buffer;
  /** `file`, `dir`, `symlink`, `dev`, `chardev`, `fifo`, `socket` … */
  readonly type: string;
  readonly sizeBytes: number;
  /** Permissions with set-user, set-group and sticky bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** RFC 3339, as the engine wrote it. */
  readonly mtime: string;
  readonly linkTarget?: Buffer;
}

/** An entry, or what could not be read below a path. */
export type InsideFound = InsideEntry | { readonly path: Buffer; readonly problem: Problem };

/** A repository that is looked into. To be closed. */
export interface OpenInside {
  /** `own`: without restic, every hash checked here. */
  readonly reader: 'own' | 'restic';
  /** Oldest first. */
  snapshots(filter?: SnapshotFilter): Promise<readonly SnapshotRow[]>;
  /** What is at a path; undefined where there is nothing. */
  entry(row: SnapshotRow, path: Buffer): Promise<InsideEntry | undefined>;
  /** What is in a directory, or, `deep`, all that is below it. */
  list(row: SnapshotRow, path: Buffer, deep: boolean): AsyncIterable<InsideFound>;
  /** The bytes of a file. An error at the end of them when they are not all. */
  content(row: SnapshotRow, path: Buffer): AsyncIterable<Uint8Array>;
  /** What was found wrong meanwhile, and did not matter. */
  problems(): readonly Problem[];
  close(): Promise<void>;
}

/** A path as bytes from the root, without slashes in front, behind, or twice. */
export function insidePath(path: string | Buffer): Buffer {
  // Latin-1 keeps bytes as they are.
  const names = Buffer.from(path).toString('latin1').split('/');
  return Buffer.from(names.filter((name) => name !== '').join('/'), 'latin1');
}
