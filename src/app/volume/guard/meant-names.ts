import { object } from '#base/engine/answers.ts';
import type { EngineControl } from '#base/engine/engine.ts';
import { optionalString } from '#core/oci/json.ts';
import type { Discovery } from '#volume/discover/discovery.ts';
import type { Guarded } from '#volume/guard/parse-command.ts';

/**
 * A command with the names that its engine takes its words for. Docker knows a container by `/name` and by the name that a
 * link gives it, too; Podman a volume by the beginning of its name: what is not found as it is written is asked for.
 * @throws `ENGINE_*`
 */
export async function withMeantNames(
  engine: EngineControl,
  discovery: Pick<Discovery, 'containers' | 'volumes'>,
  command: Guarded,
): Promise<Guarded> {
  switch (command.kind) {
    case 'containers':
      return { ...command, names: await containersMeant(engine, discovery, command.names) };
    case 'volumes':
      return { ...command, names: volumesMeant(engine, discovery, command.names) };
    case 'run':
    case 'compose': {
      const containers = await containersMeant(engine, discovery, command.containers);
      return { ...command, containers, volumes: volumesMeant(engine, discovery, command.volumes) };
    }
  }
}

async function containersMeant(
  engine: EngineControl,
  { containers }: Pick<Discovery, 'containers'>,
  names: readonly string[],
): Promise<readonly string[]> {
  const meant: string[] = [];
  for (const name of names) {
    const isKnown = containers.some((one) => one.name === name || one.id === name);
    const parts = name.replace(/^\//, '').split('/');
    const path = `/containers/${parts.map(encodeURIComponent).join('/')}/json`;
    // Nothing, or dots alone, would be another place of the API.
    const isName = parts.every((part) => !/^\.*$/.test(part));
    const body = isKnown || !isName ? undefined : await engine.read(path);
    meant.push((body === undefined ? undefined : optionalString(object(body, path), 'Id')) ?? name);
  }
  return meant;
}

function volumesMeant(
  { podman }: Pick<EngineControl, 'podman'>,
  { volumes }: Pick<Discovery, 'volumes'>,
  names: readonly string[],
): readonly string[] {
  return names.flatMap((given) => {
    if (!podman || volumes.some(({ name }) => name === given)) return [given];
    // One too many is kept; where several begin so, Podman refuses.
    const found = volumes.filter(({ name }) => name.startsWith(given)).map(({ name }) => name);
    return found.length === 0 ? [given] : found;
  });
}
