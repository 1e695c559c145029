import type { OpenRecord } from '#app/home/open-record.ts';
import type { OpenRepository } from '#app/volume/repositories/open-repository.ts';
import type { EngineControl } from '#base/engine/engine.ts';
import type { Problem } from '#core/errors.ts';
import type { SnapshotFinished, Writer } from '#volume/snapshot/events.ts';
import type { Writers } from '#volume/snapshot/writer.ts';

export interface TakeSnapshotDeps {
  readonly record: OpenRecord;
  readonly repository: OpenRepository;
  readonly engine: EngineControl;
  readonly environment: NodeJS.ProcessEnv;
  readonly actor: string;
  readonly now: () => Date;
  /**
   * Who wrote to a volume, or a directory of the host, since a time (ISO 8601; undefined: ever), as far as somebody
   * watched. Nobody does unless given.
   */
  readonly writersSince?: (volume: string, since: string | undefined) => Promise<Writers>;
  /** Told of what went wrong beside an error that is thrown. */
  readonly tell?: (problem: Problem) => void;
}

export interface TakenSnapshot extends SnapshotFinished {
  readonly writers: readonly Writer[];
  readonly writersComplete: boolean;
  readonly problems: readonly Problem[];
}
