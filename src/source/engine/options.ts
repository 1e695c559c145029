import type { Engine } from '#base/engine/engine.ts';
import type { EngineInfo } from '#base/engine/info.ts';
import type { Platform } from '#core/platform.ts';

/** What opening an image of an engine depends on. */
export interface EngineOptions {
  /** Where the engine is: `DOCKER_HOST`, the docker client's context, or the usual sockets. */
  readonly environment: NodeJS.ProcessEnv;
  /** Another one in the engine is an error, never a substitute. */
  readonly platform?: Platform;
  /** False: what the engine exports is not hashed. */
  readonly verify: boolean;
  /** True: everything comes through the engine's API, hashed, even where its directories could be read. */
  readonly exportOnly?: boolean;
}

/** An engine that answers, and what it says of itself. */
export interface KnownEngine {
  readonly engine: Engine;
  readonly info: EngineInfo;
}
