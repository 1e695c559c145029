import { containerDefinition } from '#app/volume/stack/container-definition.ts';
import { object } from '#base/engine/answers.ts';
import type { EngineControl } from '#base/engine/engine.ts';
import { HoldfastError } from '#core/errors.ts';
import { isObject, type JsonObject } from '#core/oci/json.ts';
import type { Discovery } from '#volume/discover/discovery.ts';
import { readContainer } from '#volume/discover/engine/inspect-container.ts';
import type { StackDefinition, StackNetwork } from '#volume/snapshot/stack-definition.ts';
import type { StackSubject } from '#volume/snapshot/subject.ts';

/** Networks that every engine has. */
const OF_ENGINE: readonly string[] = ['bridge', 'host', 'none', 'podman'];
const OF_NETWORK = ['Driver', 'Internal', 'Attachable', 'Ingress', 'EnableIPv6', 'EnableIPv4', 'Options', 'Labels'];

/**
 * Asks the engine for all that makes a stack, beside the ids of its parts' snapshots, which come later.
 * @throws `STACK_CHANGED`, `ENGINE_FAILED`, `ENGINE_UNREACHABLE`
 */
export async function readDefinition(
  engine: EngineControl,
  discovery: Discovery,
  { stack, containers, problems }: StackSubject,
): Promise<Omit<StackDefinition, 'parts'>> {
  const definitions: StackDefinition['containers'] = [];
  // What is held last is what the others depend on.
  for (const container of [...containers].reverse()) {
    const raw = await readContainer(engine, container.id);
    if (raw === undefined) {
      throw new HoldfastError('STACK_CHANGED', `${container.name} was removed meanwhile`, { hint: 'Try again.' });
    }
    definitions.push(containerDefinition(raw, container, discovery.containers));
  }
  const names = new Set(definitions.flatMap(({ endpoints }) => Object.keys(endpoints)));
  const networks: StackNetwork[] = [];
  for (const name of [...names].sort()) {
    if (OF_ENGINE.includes(name)) continue;
    const path = `/networks/${encodeURIComponent(name)}`;
    const body = await engine.read(path);
    const fixed = definitions.some(({ endpoints }) => isObject(endpoints[name]?.['IPAMConfig']));
    if (body !== undefined) networks.push({ name, create: networkDefinition(object(body, path), fixed) });
  }
  return {
    ...{ holdfast: 'stack', version: 1, stack: stack.name, kind: stack.kind, at: discovery.at },
    engine: { product: discovery.engine.product, version: discovery.engine.version },
    networks,
    containers: definitions,
    leftOut: problems.map(({ message }) => message),
  };
}

/**
 * Addresses are kept only where a container has one that was asked for: what an engine chose may be taken elsewhere.
 * Which of the two it is, the engine does not tell.
 */
function networkDefinition(raw: JsonObject, fixed: boolean): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const key of OF_NETWORK) if (raw[key] !== undefined && raw[key] !== null) kept[key] = raw[key];
  if (fixed && isObject(raw['IPAM'])) kept['IPAM'] = raw['IPAM'];
  return kept;
}
