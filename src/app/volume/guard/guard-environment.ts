import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Guarded } from '#volume/guard/parse-command.ts';

/** Two views of one engine: ours, and the command's. They must be of the same. */
export interface GuardEnvironments {
  /** Leads us to the engine that the command works on. */
  readonly engine: NodeJS.ProcessEnv;
  /** What the command is run with. */
  readonly child: NodeJS.ProcessEnv;
}

/**
 * What the command line says of the engine comes first, as it does for the client itself; then `--engine`, which the command
 * is told, too; then the environment.
 */
export function guardEnvironment(
  command: Guarded | undefined,
  environment: NodeJS.ProcessEnv,
  address: string | undefined,
): GuardEnvironments {
  const { host, context, config } = command?.engine ?? {};
  const isPodman = command?.words.startsWith('podman') === true;
  const configured = config === undefined ? environment : { ...environment, DOCKER_CONFIG: config };
  if (host !== undefined) return { engine: { ...configured, DOCKER_HOST: host }, child: environment };
  if (context !== undefined && !isPodman) {
    return { engine: { ...without(configured), DOCKER_CONTEXT: context }, child: environment };
  }
  if (address !== undefined) {
    const child = { ...environment, DOCKER_HOST: address, ...(isPodman ? { CONTAINER_HOST: address } : {}) };
    return { engine: { ...configured, DOCKER_HOST: address }, child };
  }
  const podman = isPodman ? (environment['CONTAINER_HOST'] ?? podmanSocket(environment)) : undefined;
  return { engine: podman === undefined ? configured : { ...configured, DOCKER_HOST: podman }, child: environment };
}

/** Podman itself needs no socket; we do. */
function podmanSocket(environment: NodeJS.ProcessEnv): string | undefined {
  if (environment['DOCKER_HOST']) return undefined;
  const user = process.getuid?.() ?? 0;
  const runtime = environment['XDG_RUNTIME_DIR'] || `/run/user/${user}`;
  const places = [...(user === 0 ? ['/run/podman/podman.sock'] : []), join(runtime, 'podman/podman.sock')];
  const found = places.find((path) => existsSync(path));
  return found === undefined ? undefined : `unix://${found}`;
}

function without({ DOCKER_HOST: _, ...rest }: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return rest;
}
