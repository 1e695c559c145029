import { type EngineContainer, listContainers } from '#base/engine/containers.ts';
import { connectEngine } from '#base/engine/engine.ts';
import type { EnginePatience } from '#base/engine/patience.ts';
import type { Digest } from '#core/digest.ts';

/** An image that containers run. */
export interface RunningImage {
  /** What to scan: `docker:` with the image's id, or `container:` for one that runs a plain directory. */
  readonly target: string;
  /** Left out for a container that runs a plain directory. */
  readonly imageId?: Digest;
  /** What the containers were started from, as it was written then, sorted; ids are left out. */
  readonly references: readonly string[];
  /** By name. */
  readonly containers: readonly Pick<EngineContainer, 'id' | 'name' | 'image'>[];
}

/**
 * What the running containers of the environment's engine run: each image once, by its id, with its containers.
 * @param patience of whoever waits for it
 * @throws `ENGINE_FAILED` and what connecting throws
 */
export async function listRunningImages(
  environment: NodeJS.ProcessEnv,
  patience?: EnginePatience,
): Promise<readonly RunningImage[]> {
  const engine = await connectEngine(environment, patience);
  const groups = new Map<string, EngineContainer[]>();
  for (const container of await listContainers(engine)) {
    const key = container.imageId ?? container.id;
    groups.set(key, [...(groups.get(key) ?? []), container]);
  }
  return [...groups.values()].map((containers): RunningImage => {
    const [first] = containers;
    const imageId = first?.imageId;
    const references = new Set(containers.map(({ image }) => image).filter(isReference));
    return {
      target: imageId === undefined ? `container:${first?.id}` : `docker:${imageId}`,
      ...(imageId === undefined ? {} : { imageId }),
      references: [...references].sort(),
      containers: containers
        .map(({ id, name, image }) => ({ id, name, image }))
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
    };
  });
}

/** Engines show the id, whole or its beginning, once the tag means another image. */
function isReference(image: string): boolean {
  return image !== '' && !/^(?:sha256:)?[0-9a-f]{12,64}$/.test(image);
}
