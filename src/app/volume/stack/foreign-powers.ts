import type { EngineControl } from '#base/engine/engine.ts';
import type { StackDefinition } from '#volume/snapshot/stack-definition.ts';
import { powersOf, type StackPower } from '#volume/snapshot/stack-powers.ts';

/** Networks that every engine has: what is in them are strangers to each other. */
const OF_ENGINE: readonly string[] = ['bridge', 'host', 'none', 'podman'];

/**
 * What a definition that nobody here has written would get of this host: by itself, and by joining networks that are
 * there already, where its containers can be called as others are. @throws `ENGINE_*`
 */
export async function foreignPowers(
  engine: EngineControl,
  definition: StackDefinition,
): Promise<readonly StackPower[]> {
  const powers = [...powersOf(definition)];
  // Of other kinds no containers are made.
  if (definition.kind !== 'compose') return powers.filter(({ container }) => container === null);
  const names = definition.containers.flatMap(({ endpoints }) => Object.keys(endpoints));
  for (const name of new Set(names)) {
    if (OF_ENGINE.includes(name) || (await engine.read(`/networks/${encodeURIComponent(name)}`)) === undefined)
      continue;
    powers.push({ container: null, what: `join the network ${name.slice(0, 200)}, which is there already` });
  }
  return powers;
}
