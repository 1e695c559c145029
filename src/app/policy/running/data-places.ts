import { isWithin } from '#core/container-path.ts';
import type { JsonObject } from '#core/oci/json.ts';
import { optionalString } from '#core/oci/json.ts';
import { inspectContainerOf } from '#volume/discover/engine/inspect-container.ts';

/** Somewhere that containers keep data. */
export interface DataPlace {
  /** The volume's name, or the directory's path. */
  readonly name: string;
  readonly containers: readonly string[];
  /** Stacks that they belong to. */
  readonly stacks: readonly string[];
}

/**
 * Where containers keep data, by what inspecting them tells: volumes that they may write to, and directories of the host
 * under the data of a service that is known. Other directories hold configuration as often as data, and are left out.
 */
export function dataPlaces(raws: readonly JsonObject[]): readonly DataPlace[] {
  const places = new Map<string, { readonly containers: Set<string>; readonly stacks: Set<string> }>();
  for (const raw of raws) {
    const { container, mounts } = inspectContainerOf(raw, optionalString(raw, 'Id') ?? '', undefined, new Set());
    const kept = container.service?.keeps === 'nothing' ? [] : (container.service?.directories ?? []);
    for (const { kind, source, destination, writable } of mounts) {
      const isData =
        kind === 'volume' ||
        kind === 'anonymous' ||
        (kind === 'bind' && kept.some((directory) => isWithin(directory, destination)));
      if (!writable || source === '' || !isData) continue;
      const place = places.get(source) ?? { containers: new Set(), stacks: new Set() };
      place.containers.add(container.name);
      if (container.stack !== undefined) place.stacks.add(container.stack);
      places.set(source, place);
    }
  }
  return [...places]
    .map(([name, { containers, stacks }]) => ({ name, containers: [...containers].sort(), stacks: [...stacks].sort() }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
