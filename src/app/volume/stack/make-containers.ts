import { object, refuse } from '#base/engine/answers.ts';
import { startContainer } from '#base/engine/control.ts';
import type { EngineControl } from '#base/engine/engine.ts';
import { HoldfastError, type Problem } from '#core/errors.ts';
import { isObject, optionalString } from '#core/oci/json.ts';
import type { StackContainer, StackNetwork } from '#volume/snapshot/stack-definition.ts';

const NOT_MADE: readonly string[] = ['bridge', 'host', 'none', 'podman'];

/** Makes a network unless there is one of that name. Gives whether it made it. @throws `STACK_NETWORK_FAILED`, `ENGINE_*` */
export async function makeNetwork(engine: EngineControl, { name, create }: StackNetwork): Promise<boolean> {
  if ((await engine.read(`/networks/${encodeURIComponent(name)}`)) !== undefined) return false;
  const body = { ...create, Name: name, CheckDuplicate: true };
  const answer = await engine.post('/networks/create', { body });
  if (answer.status < 300) return true;
  throw new HoldfastError('STACK_NETWORK_FAILED', `The network ${name} cannot be made: ${saidIn(answer.body)}`);
}

/** Makes a container of an image that is there, in all its networks. @returns its id. @throws `STACK_CONTAINER_FAILED`, `ENGINE_*` */
export async function makeContainer(engine: EngineControl, container: StackContainer, image: string): Promise<string> {
  const { name, create } = container;
  const host = isObject(create['HostConfig']) ? create['HostConfig'] : {};
  const mode = optionalString(host, 'NetworkMode') ?? 'default';
  const shared = mode.startsWith('container:') || mode === 'host' || mode === 'none';
  const networks = shared ? [] : Object.keys(container.endpoints).filter((one) => !NOT_MADE.includes(one));
  // Older engines take one network here; the others are joined afterwards.
  const first = networks.find((one) => one === mode) ?? networks[0];
  const config =
    first === undefined ? {} : { NetworkingConfig: { EndpointsConfig: { [first]: container.endpoints[first] } } };
  const path = `/containers/create?name=${encodeURIComponent(name)}`;
  const { status, body } = await engine.post(path, { body: { ...create, ...config, Image: image } });
  if (status >= 300) throw failed(name, saidIn(body));
  const id = optionalString(object(body, path), 'Id');
  if (id === undefined || !/^[0-9a-f]{64}$/.test(id)) throw refuse(path)('its id is not 64 hexadecimal digits');
  for (const network of networks.filter((one) => one !== first)) {
    const joined = await engine.post(`/networks/${encodeURIComponent(network)}/connect`, {
      body: { Container: id, EndpointConfig: container.endpoints[network] ?? {} },
    });
    if (joined.status >= 300) throw failed(name, `it cannot join the network ${network}: ${saidIn(joined.body)}`);
  }
  return id;
}

/** Starts containers in the order given; one that does not start is told, and the rest is left. */
export async function startContainers(
  engine: EngineControl,
  made: ReadonlyMap<string, string>,
): Promise<{ readonly started: readonly string[]; readonly problems: readonly Problem[] }> {
  const started: string[] = [];
  for (const [name, id] of made) {
    const answer = await startContainer(engine, id);
    if (answer.kind !== 'done' && answer.kind !== 'already') {
      const why = answer.kind === 'refused' ? answer.said : 'it is gone';
      const message = `${name} does not start, and what comes after it was not tried: ${why}`;
      return { started, problems: [{ code: 'STACK_NOT_STARTED', message }] };
    }
    started.push(name);
  }
  return { started, problems: [] };
}

function failed(name: string, why: string): HoldfastError {
  return new HoldfastError('STACK_CONTAINER_FAILED', `The container ${name} cannot be made: ${why}`);
}

function saidIn(body: Buffer): string {
  const text = body.toString('utf8');
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return (optionalString(value, 'message') ?? text).slice(0, 300);
  } catch {
    // In plain words.
  }
  return text.slice(0, 300);
}
