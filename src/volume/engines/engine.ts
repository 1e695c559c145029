import type { Problem } from '#core/errors.ts';

/**
 * Where a repository is and what opens it. There is no secret in it but in `credentials`, which never leaves the process
 * except into files that only this user can read.
 */
export interface RepositoryAccess {
  /** A directory (absolute), or an address that begins with `s3:`, `sftp:` or `rest:`. Without credentials. */
  readonly location: string;
  /** A file with the password, mode 0600. */
  readonly passwordFile: string;
  readonly credentials: Credentials;
  /** Options of the engine’s own for its connections, such as `sftp.command=…`, as `name=value`. */
  readonly options: readonly string[];
  /** Additional certificates of authorities, for https. */
  readonly certificatesFile?: string;
  /** Where what can be read again is kept. */
  readonly cacheDirectory: string;
  /** Where files with secrets lie while the engine runs; mode 0700. */
  readonly workDirectory: string;
  /** The path that this machine’s locks for the repository begin with. */
  readonly lockPath: string;
  /** Others than this home work with it: locks that are there may be theirs. */
  readonly shared: boolean;
}

/** What a server wants to know. */
export type Credentials =
  | { readonly kind: 'none' }
  | { readonly kind: 's3'; readonly keyId: string; readonly secret: string; readonly sessionToken?: string }
  | { readonly kind: 'rest'; readonly user: string; readonly password: string };

export interface RepositoryIdentity {
  /** 64 hexadecimal digits. */
  readonly id: string;
  /** Of the repository’s format. */
  readonly version: number;
}

/** How far a job is. What is not known (yet) is absent. */
export interface JobProgress {
  readonly bytesDone?: number;
  readonly bytesTotal?: number;
  readonly filesDone?: number;
  readonly filesTotal?: number;
  readonly secondsLeft?: number;
}

/** How a job is watched and ended early. Aborted jobs throw `PROCESS_ABORTED`. */
export interface JobOptions {
  readonly progress?: (progress: JobProgress) => void;
  readonly signal?: AbortSignal;
}

/** Under which name snapshots are kept. */
export interface SnapshotLabels {
  /** Without commas. */
  readonly tags: readonly string[];
  /** Always the same for one source: earlier snapshots are found by it, and only what changed is stored. */
  readonly host: string;
}

export interface BackupRequest extends SnapshotLabels {
  /** Absolute; each must be there. */
  readonly paths: readonly string[];
  /** Patterns of the engine. */
  readonly excludes?: readonly string[];
  /** Stands in the snapshot instead of now. */
  readonly time?: Date;
}

export interface StreamRequest extends SnapshotLabels {
  /** Of the one file in the snapshot, without slashes. */
  readonly name: string;
  readonly content: AsyncIterable<Uint8Array>;
}

/** What one pass stored. */
export interface PassDone {
  /** `incomplete`: there were things that could not be read; `problems` has them. */
  readonly kind: 'complete' | 'incomplete';
  /** What the engine calls the snapshot; may be the beginning of its id only. */
  readonly shortId: string;
  readonly bytesProcessed: number;
  /** What the repository grew by. */
  readonly bytesAdded: number;
  readonly files: number;
  readonly seconds: number;
  /** At most 100, and one that counts the others. */
  readonly problems: readonly Problem[];
}

/** A snapshot that was made and was seen in the repository afterwards. */
export interface SnapshotDone extends PassDone {
  /** 64 hexadecimal digits. */
  readonly id: string;
  readonly tree: string;
  /** As it stands in the snapshot. */
  readonly time: string;
}

export interface SnapshotRow {
  readonly id: string;
  readonly time: string;
  readonly tree: string;
  readonly paths: readonly string[];
  readonly tags: readonly string[];
  readonly host: string;
  /** The id that a copy or a changed snapshot had before. */
  readonly original?: string;
}

export interface SnapshotEntry {
  /** From the root of the snapshot, with a leading slash. Bytes that are no UTF-8 are shown as U+FFFD. */
  readonly path: string;
  /** `file`, `dir`, `symlink`, `dev`, `chardev`, `fifo`, `socket`, or a word that is not known here. */
  readonly type: string;
  readonly sizeBytes: number;
  /** Permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: string;
}

export interface SnapshotFilter {
  /** Snapshots that have all of them. */
  readonly tags?: readonly string[];
  readonly host?: string;
  /** Whole ids or beginnings of them. */
  readonly ids?: readonly string[];
}

export interface RestoreRequest {
  /** An id, at least 8 digits of it. */
  readonly snapshot: string;
  /** Is made; must be empty or absent. */
  readonly target: string;
  /** Patterns of the engine; everything without them. */
  readonly include?: readonly string[];
  /** Read everything again and compare. */
  readonly verify: boolean;
}

/** A part of the repository’s data: over all of 1 … `of`, everything is covered. */
export interface CheckPart {
  readonly part: number;
  readonly of: number;
}

export type CheckResult =
  | { readonly kind: 'whole' }
  | {
      readonly kind: 'damaged';
      /** What the engine says, at most 100 lines. */
      readonly messages: readonly string[];
    };

/** A pass that was made ready before, so that it begins at once. To be told to go, or cancelled. */
export interface PreparedPass {
  /** It waits for the word. Never rejects: what went wrong is told, or made good, by `go`. */
  readonly ready: Promise<void>;
  /** Looks at the sources from now on, not before. Once. @throws what `pass` throws */
  go(options?: JobOptions): Promise<PassDone>;
  /** Ends it where it is; nothing is stored. Harmless after `go` has ended. */
  cancel(): Promise<void>;
}

/** Something that keeps snapshots in repositories. Errors are coded `RESTIC_*` here and name what to do. */
export interface SnapshotEngine {
  /** @throws `RESTIC_MISSING`, `RESTIC_TOO_OLD` */
  version(): Promise<string>;
  /** Makes the repository. @throws `RESTIC_EXISTS` */
  init(): Promise<RepositoryIdentity>;
  identity(): Promise<RepositoryIdentity>;
  /**
   * Stores files, and looks the snapshot up afterwards.
   * @throws `RESTIC_SOURCE_MISSING`, `RESTIC_SUMMARY_MISSING`, `RESTIC_SNAPSHOT_LOST`
   */
  backup(request: BackupRequest, options?: JobOptions): Promise<SnapshotDone>;
  /** The same without looking it up, which takes about a second: for the first of two passes. */
  pass(request: BackupRequest, options?: JobOptions): Promise<PassDone>;
  /**
   * Makes a pass ready: the time to open the repository is spent before writers are held. The snapshot's time is that of
   * this call. It may run beside another pass of this home.
   */
  prepare(request: BackupRequest): PreparedPass;
  /**
   * Takes back snapshots that this home has just made and does not want, such as first passes. Whole ids or the beginnings
   * that `pass` gave. @throws `RESTIC_FORGET_REFUSED`
   */
  discard(ids: readonly string[]): Promise<void>;
  /** Stores what a program writes. When `content` throws, so does this, and no snapshot remains. */
  backupStream(request: StreamRequest, options?: JobOptions): Promise<SnapshotDone>;
  /** Oldest first. */
  snapshots(filter?: SnapshotFilter): Promise<readonly SnapshotRow[]>;
  /** All entries; with a path, that one and what is directly in it. */
  list(snapshot: string, path?: string): AsyncIterable<SnapshotEntry>;
  /** @throws `RESTIC_TARGET_NOT_EMPTY`, `RESTIC_RESTORE_INCOMPLETE` */
  restore(request: RestoreRequest, options?: JobOptions): Promise<void>;
  /** The bytes of one file. Throws at the end of them if they are not all. */
  dump(snapshot: string, path: string): AsyncIterable<Uint8Array>;
  /** Structure always; data of one part when given. */
  check(part?: CheckPart, options?: JobOptions): Promise<CheckResult>;
  /** Whole ids only. Looks afterwards whether they are gone. @throws `RESTIC_FORGET_REFUSED` */
  forget(ids: readonly string[]): Promise<void>;
  prune(options?: JobOptions): Promise<void>;
  /** Takes away locks whose owners are gone, when no job of this home runs. Gives how many locks remain. */
  unlock(): Promise<number>;
  /** Copies snapshots that are not there yet. Gives each one’s id in the other repository. */
  copyTo(other: RepositoryAccess, ids: readonly string[], options?: JobOptions): Promise<ReadonlyMap<string, string>>;
  readonly keys: RepositoryKeys;
}

/** The passwords of a repository. */
export interface RepositoryKeys {
  /** The id of the key that a password opens. @throws `RESTIC_PASSWORD_WRONG` */
  current(passwordFile: string): Promise<string>;
  /** Makes another password valid. */
  add(newPasswordFile: string): Promise<void>;
  /** Ends the validity of a password, which cannot be the one that is given. */
  remove(keyId: string, passwordFile: string): Promise<void>;
}
