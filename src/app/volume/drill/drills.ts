import { join } from 'node:path';
import { homeDirectory } from '#app/home/home-directory.ts';
import { connectTo } from '#app/volume/hold/holds.ts';
import type { SweepDeps } from '#volume/drill/sweep.ts';
import { thisProcess } from '#volume/hold/holder.ts';

/** What removes what drills left, with the environment's home and engines. */
export function sweepDeps(environment: NodeJS.ProcessEnv): SweepDeps {
  return {
    directory: join(homeDirectory(environment), 'drills'),
    self: thisProcess(),
    connect: (address) => connectTo(environment, address),
    now: () => new Date(),
  };
}
