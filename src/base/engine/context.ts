import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type EngineEndpoint, type EngineTls, parseEngineHost } from '#base/engine/endpoint.ts';
import { HoldfastError, systemCode } from '#core/errors.ts';
import { isObject, type JsonObject, optionalString, parseObject } from '#core/oci/json.ts';

const LIMIT_BYTES = 4 * 1024 * 1024;

function invalid(path: string, why: string): HoldfastError {
  return new HoldfastError('ENGINE_CONFIG_INVALID', `${path} cannot be used: ${why}`, {
    hint: 'Repair the file, or set DOCKER_HOST, which comes before it.',
    kind: 'usage',
    path,
  });
}

function readConfiguration(path: string): JsonObject | undefined {
  try {
    if (statSync(path).size > LIMIT_BYTES) throw invalid(path, 'it is too large');
    return parseObject(readFileSync(path), LIMIT_BYTES, (why) => invalid(path, why));
  } catch (error) {
    if (error instanceof HoldfastError) throw error;
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return undefined;
    throw invalid(path, error instanceof Error ? error.message : String(error));
  }
}

/** The certificate files that lie in a directory under the names that the docker client gives them. */
export function tlsFiles(directory: string): EngineTls {
  const file = (name: string) => (existsSync(join(directory, name)) ? join(directory, name) : undefined);
  const [ca, certificate, key] = [file('ca.pem'), file('cert.pem'), file('key.pem')];
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(certificate === undefined ? {} : { certificate }),
    ...(key === undefined ? {} : { key }),
  };
}

/**
 * The engine of the docker client's current context: `DOCKER_CONTEXT`, else `currentContext` of its config.json.
 * Undefined when that is the default one, which names no engine.
 * @throws `ENGINE_CONFIG_INVALID`, `ENGINE_CONTEXT_NOT_FOUND`, `ENGINE_HOST_INVALID`
 */
export function contextEndpoint(directory: string, environment: NodeJS.ProcessEnv): EngineEndpoint | undefined {
  const configuration = readConfiguration(join(directory, 'config.json'));
  const name = environment['DOCKER_CONTEXT'] || (configuration && optionalString(configuration, 'currentContext'));
  if (name === undefined || name === 'default') return undefined;
  // The client stores each context in a directory named by the hash of its name.
  const id = createHash('sha256').update(name).digest('hex');
  const path = join(directory, 'contexts', 'meta', id, 'meta.json');
  const meta = readConfiguration(path);
  if (meta === undefined) {
    throw new HoldfastError('ENGINE_CONTEXT_NOT_FOUND', `There is no docker context ${JSON.stringify(name)}`, {
      hint: 'docker context ls shows which there are; DOCKER_HOST comes before the context.',
      kind: 'usage',
      path,
    });
  }
  const endpoints = isObject(meta['Endpoints']) ? meta['Endpoints'] : {};
  const docker = isObject(endpoints['docker']) ? endpoints['docker'] : {};
  const host = optionalString(docker, 'Host');
  if (host === undefined) throw invalid(path, 'it names no engine');
  const tls = tlsFiles(join(directory, 'contexts', 'tls', id, 'docker'));
  return parseEngineHost(host, Object.keys(tls).length > 0 ? tls : undefined);
}
