/** A directory that a service keeps its data in, and when that is so. */
export interface DataDirectory {
  readonly path: string;
  /** First major version with it. */
  readonly from?: number;
  /** First major version without it. */
  readonly before?: number;
  /** An environment variable that moves it. */
  readonly variable?: string;
  /** Command line options that move it, `--data-dir /x` and `--data-dir=/x`. */
  readonly options?: readonly string[];
}

/** What is known of a service's data: facts only, a file for each service. */
export interface KnownService {
  /** The name of its official image where it has one. */
  readonly id: string;
  readonly title: string;
  /**
   * Images that are it: the last part of a repository's name, or the last two where the last says too little
   * (`vaultwarden/server`).
   */
  readonly images: readonly string[];
  /** Environment variables that its images set, and nobody else's: any one of them says what it is under any name. */
  readonly marks?: readonly string[];
  /** Environment variables of its images that begin with its major version. */
  readonly versions?: readonly string[];
  /** Its server programs. A container that runs one of `clients` instead keeps nothing there. */
  readonly servers: readonly string[];
  readonly clients?: readonly string[];
  readonly directories: readonly DataDirectory[];
  /** VOLUMEs that its images declare and that hold nothing to keep: logs, a role that most servers do not have. */
  readonly scratch?: readonly string[];
  /**
   * `always`: a server writes there as soon as it runs. `optional`: it may keep its data in memory or elsewhere, so that
   * an empty directory means nothing.
   */
  readonly keeps: 'always' | 'optional';
  /** True when these words of a command line say that nothing is kept at all. */
  readonly keepsNothing?: (words: readonly string[]) => boolean;
  /** Its database is an SQLite file unless it is told otherwise. */
  readonly sqlite?: true;
}
