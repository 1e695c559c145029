import { join } from 'node:path';
import { homeDirectory } from '#app/home/home-directory.ts';
import { refuseForeignHome } from '#app/home/private-home.ts';
import { startWatchdog } from '#app/volume/hold/start-watchdog.ts';
import { mendSwaps } from '#app/volume/restore/pending.ts';
import { connectEngine, type EngineControl } from '#base/engine/engine.ts';
import type { HoldDeps } from '#volume/hold/hold-types.ts';
import { thisProcess } from '#volume/hold/holder.ts';
import type { ReconcileDeps } from '#volume/hold/reconcile.ts';

const ENDING: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** What ends holds, with the environment's home and engines. @throws `HOME_NOT_PRIVATE` */
export function reconcileDeps(environment: NodeJS.ProcessEnv): ReconcileDeps {
  const home = homeDirectory(environment);
  refuseForeignHome(home, environment);
  return {
    journal: join(home, 'holds'),
    self: thisProcess(),
    connect: async (address) => {
      const engine = await connectTo(environment, address);
      // Before containers run again, something is in each place that a dead restore was about to fill.
      mendQuietly(environment);
      return engine;
    },
    now: () => new Date(),
  };
}

/**
 * What holds containers of an engine. The watchdog is this program, started anew.
 * @param program what starts this program: without arguments, Node's path and the script's
 */
export function holdDeps(
  engine: EngineControl,
  environment: NodeJS.ProcessEnv,
  program: readonly string[] = [process.execPath, process.argv[1] ?? ''],
): HoldDeps {
  return {
    ...reconcileDeps(environment),
    engine,
    watch: (hold) => startWatchdog(program, hold, environment),
    onSignal: (listener) => {
      for (const signal of ENDING) process.on(signal, listener);
      return () => {
        for (const signal of ENDING) process.off(signal, listener);
      };
    },
  };
}

/** What cannot be put right now is tried again by the next run. */
function mendQuietly(environment: NodeJS.ProcessEnv): void {
  try {
    mendSwaps({ directory: homeDirectory(environment) });
  } catch {
    // Containers are released all the same.
  }
}

/**
 * The engine at an address. The environment’s, when that is the one: only it comes with its certificates.
 * @throws `ENGINE_*`
 */
export async function connectTo(environment: NodeJS.ProcessEnv, address: string): Promise<EngineControl> {
  try {
    const engine = await connectEngine(environment);
    if (engine.address === address) return engine;
  } catch {
    // Another is meant, perhaps.
  }
  return connectEngine({ ...environment, DOCKER_HOST: address });
}
