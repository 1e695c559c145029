import { digestOf, object, refuse, strings } from '#base/engine/answers.ts';
import type { Engine, EngineStream } from '#base/engine/engine.ts';
import type { Digest } from '#core/digest.ts';
import { isObject, optionalString } from '#core/oci/json.ts';
import type { Platform } from '#core/platform.ts';

/** An image as the engine knows it. */
export interface EngineImage {
  /** What the engine calls it: the config's digest, or with the containerd store the digest of manifest or index. */
  readonly id: Digest;
  readonly tags: readonly string[];
  /** Digest of the manifest or index that the name stands for, where the engine says it. */
  readonly target?: Digest;
  readonly platform?: Platform;
  /** Of what its layers unpack to, where the engine says it. */
  readonly unpackedBytes?: number;
}

/** A name in a path: the engine routes on the slashes of image names, so they stay. */
function encoded(name: string): string {
  return name.split('/').map(encodeURIComponent).join('/');
}

/** `GET /images/{name}/json`: by id, tag or digest; undefined when the engine has no such image. @throws `ENGINE_FAILED` */
export async function inspectImage(engine: Engine, name: string): Promise<EngineImage | undefined> {
  const path = `/images/${encoded(name)}/json`;
  const body = await engine.read(path);
  if (body === undefined) return undefined;
  const image = object(body, path);
  const id = digestOf(image['Id']);
  if (id === undefined) throw refuse(path)('its id is no digest');
  const descriptor = isObject(image['Descriptor']) ? image['Descriptor'] : {};
  const target = digestOf(descriptor['digest']);
  const [os, architecture, variant] = ['Os', 'Architecture', 'Variant'].map((key) => optionalString(image, key));
  const size = Number(image['Size']);
  return {
    id,
    tags: strings(image['RepoTags']),
    ...(target === undefined ? {} : { target }),
    ...(Number.isSafeInteger(size) && size > 0 ? { unpackedBytes: size } : {}),
    ...(os === undefined || architecture === undefined
      ? {}
      : { platform: { os, architecture, ...(variant === undefined ? {} : { variant }) } }),
  };
}

/** `GET /images/{name}/get`: the image as an archive; undefined when there is no such image. @throws `ENGINE_FAILED` */
export function exportImage(engine: Engine, name: string): Promise<EngineStream | undefined> {
  return engine.stream(`/images/${encoded(name)}/get`);
}
