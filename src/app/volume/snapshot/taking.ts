import type { JobDeps } from '#app/volume/repositories/job-deps.ts';
import type { Problem } from '#core/errors.ts';
import type { JobProgress } from '#volume/engines/engine.ts';
import type { SnapshotFinished, Writer } from '#volume/snapshot/events.ts';

export interface TakeSnapshotDeps extends JobDeps {
  /** Ends it early, with the signal's name as the reason; signals to the process do so, too. */
  readonly ending?: AbortSignal;
  /** Told of what went wrong beside an error that is thrown. */
  readonly tell?: (problem: Problem) => void;
  /** Told how far a pass over the files is, about once a second. */
  readonly progress?: (progress: JobProgress) => void;
}

export interface TakenSnapshot extends SnapshotFinished {
  readonly writers: readonly Writer[];
  readonly writersComplete: boolean;
  /** Why there may have been others. */
  readonly writersUnknown?: readonly string[] | undefined;
  readonly problems: readonly Problem[];
}
