import { homedir } from 'node:os';
import { join } from 'node:path';
import { contextEndpoint, tlsFiles } from '#base/engine/context.ts';
import { type EngineEndpoint, parseEngineHost } from '#base/engine/endpoint.ts';

/**
 * Where engines may be, in the order to try them. `DOCKER_HOST` alone when it is set; else the docker client's context;
 * else the usual sockets: Docker's, rootless Docker's, Docker Desktop's, Podman's, rootless Podman's.
 * @throws `ENGINE_HOST_INVALID`, `ENGINE_CONFIG_INVALID`, `ENGINE_CONTEXT_NOT_FOUND`
 */
export function findEndpoints(environment: NodeJS.ProcessEnv): readonly EngineEndpoint[] {
  const home = environment['HOME'] || homedir();
  const configuration = environment['DOCKER_CONFIG'] || join(home, '.docker');
  const host = environment['DOCKER_HOST'];
  if (host) {
    const wantsTls = Boolean(environment['DOCKER_TLS_VERIFY'] || environment['DOCKER_TLS']);
    const tls = wantsTls ? tlsFiles(environment['DOCKER_CERT_PATH'] || configuration) : undefined;
    return [parseEngineHost(host, tls)];
  }
  const context = contextEndpoint(configuration, environment);
  if (context !== undefined) return [context];
  const runtime = environment['XDG_RUNTIME_DIR'] || `/run/user/${process.getuid?.() ?? 0}`;
  return [
    '/var/run/docker.sock',
    join(runtime, 'docker.sock'),
    join(home, '.docker/run/docker.sock'),
    '/run/podman/podman.sock',
    join(runtime, 'podman/podman.sock'),
  ].map((path) => ({ kind: 'unix', path }));
}
