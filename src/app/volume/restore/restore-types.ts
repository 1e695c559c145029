import type { Advisories } from '#advisory/advisory.ts';
import type { OpenRecord } from '#app/home/open-record.ts';
import type { OpenRepository } from '#app/volume/repositories/open-repository.ts';
import type { SnapshotWish } from '#app/volume/restore/pick-snapshot.ts';
import type { RestoreSubject } from '#app/volume/restore/subject.ts';
import type { EngineControl } from '#base/engine/engine.ts';
import type { Problem } from '#core/errors.ts';
import type { JobProgress } from '#volume/engines/engine.ts';

/** Where restored data goes. */
export type RestorePlace =
  /** A volume that is not there yet. */
  | { readonly kind: 'volume'; readonly name: string }
  /** A directory of this host: absent or empty, or, for a part of the data, one without that name in it. */
  | { readonly kind: 'directory'; readonly path: string }
  /** Where it came from; what is there is kept as a snapshot first. */
  | { readonly kind: 'in-place' };

export interface RestoreRequest {
  readonly wish: SnapshotWish;
  readonly place: RestorePlace;
  /** Only this file or directory of it, from its root. */
  readonly path?: string;
  /** The repository is damaged: restore what is whole, and name the rest. */
  readonly whatIsLeft: boolean;
  /** Only say what would be done. */
  readonly dryRun: boolean;
  /** It is for a drill, which is recorded itself: the record is told nothing. */
  readonly trial?: boolean;
}

export interface RestoreDeps {
  readonly record: OpenRecord;
  readonly repository: OpenRepository;
  /** Asked for only where an engine is needed. */
  readonly engine: () => Promise<EngineControl>;
  readonly environment: NodeJS.ProcessEnv;
  readonly actor: string;
  readonly now: () => Date;
  /** What images are judged by; asked for only then. To be closed by whoever gives it. */
  readonly advisories: () => Promise<Advisories>;
  /** Told what is being done. */
  readonly step: (text: string) => void;
  /** Told how far the fetching is; restic tells it since 0.16. */
  readonly progress?: (progress: JobProgress) => void;
}

/** A file that could not be had. */
export interface LostFile {
  /** From the root of the data. */
  readonly path: string;
  readonly why: string;
}

export interface Restored {
  readonly snapshot: string;
  /** When it was taken, as it says. */
  readonly time: string;
  /** Undefined for a snapshot that others made. */
  readonly subject: RestoreSubject | undefined;
  readonly place: RestorePlace['kind'];
  /** The volume's name, or the directory or file. */
  readonly to: string;
  /** Where the files are on this host. */
  readonly mountpoint: string;
  readonly path?: string;
  /** The snapshot of what was there before. */
  readonly safety?: string;
  /** Containers that were stopped meanwhile and run again, by name. */
  readonly restarted: readonly string[];
  /** In whole directories, the directory. */
  readonly lost: readonly LostFile[];
  readonly dryRun: boolean;
  readonly problems: readonly Problem[];
}
