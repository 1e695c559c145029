import type { Engine } from '#base/engine/engine.ts';
import { dockerContainerLayers } from '#base/engine/storage/docker-overlay.ts';
import { podmanContainerLayers } from '#base/engine/storage/podman.ts';
import { isStorageUnreadable } from '#base/engine/storage/small-file.ts';
import type { WritableLayer } from '#volume/discover/discovery.ts';
import { surveyChanges } from '#volume/discover/engine/changed-layer.ts';
import type { EngineFacts } from '#volume/discover/engine/inspect-engine.ts';
import { surveyTree } from '#volume/discover/survey.ts';

const LIMITS = { entries: 100_000, depth: 64 };

/** Where a container writes to, of what the engine said. */
export interface LayerPlace {
  readonly id: string;
  readonly upperDirectory?: string;
  /** Paths that something is mounted on. */
  readonly mounted: readonly string[];
}

/**
 * Looks at what a container wrote outside of all mounts: in the engine's directory where this process may read it, else
 * through the engine.
 * @throws `ENGINE_FAILED` and what the engine's client throws
 */
export async function readWritableLayer(
  engine: Engine,
  facts: EngineFacts,
  readable: boolean,
  place: LayerPlace,
): Promise<WritableLayer> {
  const directory = readable ? upperDirectory(engine, facts, place) : undefined;
  const survey = directory === undefined ? undefined : surveyTree(directory, LIMITS, place.mounted);
  if (survey !== undefined) return { seen: 'in-place', survey };
  return { seen: 'engine', survey: await surveyChanges(engine, place.id, place.mounted) };
}

function upperDirectory(engine: Engine, facts: EngineFacts, place: LayerPlace): string | undefined {
  try {
    if (engine.podman) return podmanContainerLayers(facts.rootDirectory, place.id).directories.at(-1);
    if (facts.driver === 'overlay2') return dockerContainerLayers(facts.rootDirectory, place.id).directories.at(-1);
  } catch (error) {
    if (!isStorageUnreadable(error)) throw error;
  }
  return place.upperDirectory;
}
