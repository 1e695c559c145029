import { object, strings } from '#base/engine/answers.ts';
import type { Engine } from '#base/engine/engine.ts';
import { plainPath } from '#core/container-path.ts';
import { isObject, type JsonObject, stringMap } from '#core/oci/json.ts';

/** What discovery needs of an image. */
export interface ImageFacts {
  readonly tags: readonly string[];
  /** `repository@sha256:…`. */
  readonly repositoryDigests: readonly string[];
  /** Absolute paths. */
  readonly volumes: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

const VOLUMES_LIMIT = 200;

/** `GET /images/{id}/json`; undefined when the engine has it no more. @throws `ENGINE_FAILED` */
export async function inspectImageFacts(engine: Engine, id: string): Promise<ImageFacts | undefined> {
  const path = `/images/${encodeURIComponent(id)}/json`;
  const body = await engine.read(path);
  return body === undefined ? undefined : imageFactsOf(object(body, path));
}

/** The same of an answer that is there already. */
export function imageFactsOf(image: JsonObject): ImageFacts {
  const config = isObject(image['Config']) ? image['Config'] : {};
  const volumes = isObject(config['Volumes']) ? Object.keys(config['Volumes']) : [];
  return {
    tags: strings(image['RepoTags']),
    repositoryDigests: strings(image['RepoDigests']),
    volumes: [...new Set(volumes.slice(0, VOLUMES_LIMIT).map(plainPath))].sort(),
    labels: stringMap(config['Labels']),
  };
}
