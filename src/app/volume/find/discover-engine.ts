import { connectEngine } from '#base/engine/engine.ts';
import { LOOKING } from '#base/engine/patience.ts';
import { discover } from '#volume/discover/discover.ts';
import type { Discovery } from '#volume/discover/discovery.ts';

/** Which engine, and how much of it. */
export interface DiscoverEngineOptions {
  /** As `DOCKER_HOST` would name it; the environment's unless given. */
  readonly engine?: string;
  readonly layers: boolean;
  readonly now: Date;
}

/**
 * Finds where the containers of the environment's engine keep data.
 * @throws what connecting throws, and `ENGINE_FAILED`
 */
export async function discoverEngine(
  environment: NodeJS.ProcessEnv,
  { engine, layers, now }: DiscoverEngineOptions,
): Promise<Discovery> {
  const connected = await connectEngine(
    engine === undefined ? environment : { ...environment, DOCKER_HOST: engine },
    LOOKING,
  );
  return discover(connected, { layers, now });
}
