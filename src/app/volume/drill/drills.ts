import { join } from 'node:path';
import { homeDirectory } from '#app/home/home-directory.ts';
import { refuseForeignHome } from '#app/home/private-home.ts';
import { connectTo } from '#app/volume/hold/holds.ts';
import type { SweepDeps } from '#volume/drill/sweep.ts';
import { thisProcess } from '#volume/hold/holder.ts';

/** What removes what drills left, with the environment's home and engines. @throws `HOME_NOT_PRIVATE` */
export function sweepDeps(environment: NodeJS.ProcessEnv): SweepDeps {
  const home = homeDirectory(environment);
  refuseForeignHome(home, environment);
  return {
    directory: join(home, 'drills'),
    self: thisProcess(),
    connect: (address) => connectTo(environment, address),
    now: () => new Date(),
  };
}
