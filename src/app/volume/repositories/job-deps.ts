import type { OpenRecord } from '#app/home/open-record.ts';
import type { OpenRepository } from '#app/volume/repositories/open-repository.ts';
import type { EngineControl } from '#base/engine/engine.ts';

/** What every job works with that copies data of an engine's containers into a repository, or tries what is there. */
export interface JobDeps {
  readonly record: OpenRecord;
  readonly repository: OpenRepository;
  readonly engine: EngineControl;
  readonly environment: NodeJS.ProcessEnv;
  readonly actor: string;
  readonly now: () => Date;
}
