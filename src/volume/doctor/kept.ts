/** What the record says of the snapshots of a volume or directory, at the engine that is looked at. */
export interface KeptTarget {
  /** A volume's name, or the path of a directory of the host. */
  readonly name: string;
  /** When the newest complete one was taken: ISO 8601. */
  readonly at: string;
  /** The repository that it is in. */
  readonly repository: string;
  readonly bytes: number;
  /** How many bytes more there were than in the complete one before it; absent for the first. */
  readonly grownBytes?: number;
}

/** A schedule's word that there is always a snapshot that is young enough. */
export interface KeptPromise {
  readonly schedule: string;
  readonly kind: 'volume' | 'stack' | 'all';
  /** Of the volume or stack; empty for all. */
  readonly name: string;
  readonly repository: string;
  /** How old the newest one may be. */
  readonly hours: number;
  /** Since when: ISO 8601. */
  readonly since: string;
}

/** A repository of the home. */
export interface KeptRepository {
  readonly name: string;
  /** ISO 8601. */
  readonly addedAt: string;
  /** Of a directory of this machine; absent elsewhere. */
  readonly freeBytes?: number;
  /** Names of those that it has snapshots of. */
  readonly holds: ReadonlySet<string>;
  /**
   * What it grew by in the last days, without first snapshots, and in how many; absent while that is less than two days, and
   * where pruning made room meanwhile.
   */
  readonly growth?: { readonly bytes: number; readonly days: number };
}

/** What a home knows of snapshots. */
export interface Kept {
  readonly targets: ReadonlyMap<string, KeptTarget>;
  readonly promises: readonly KeptPromise[];
  readonly repositories: readonly KeptRepository[];
  /** How old a snapshot may be where no schedule says so. */
  readonly defaultHours: number;
}
