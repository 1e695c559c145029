import { connectEngine, type EngineControl } from '#base/engine/engine.ts';

/** Options of commands that work on volumes, with a repository. */
export interface VolumeFlags {
  readonly repo?: string;
  readonly engine?: string;
  readonly format: 'text' | 'json';
}

/** The engine that `--engine` names, else the one of the environment. @throws `ENGINE_*` */
export function engineOf(
  { engine }: Pick<VolumeFlags, 'engine'>,
  environment: NodeJS.ProcessEnv,
): Promise<EngineControl> {
  return connectEngine(engine === undefined ? environment : { ...environment, DOCKER_HOST: engine });
}
