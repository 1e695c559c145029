import type { ImageConfig } from '#core/oci/config.ts';
import type { ImageDescription } from '#image/image.ts';
import type { BaseImage } from '#inventory/package.ts';

const NAME = 'org.opencontainers.image.base.name';
const DIGEST = 'org.opencontainers.image.base.digest';

/**
 * Where the base image ends. Its name is what annotations or labels record (OCI annotations); how many layers are its
 * own is read from the history: a base ends with its `CMD` or `ENTRYPOINT`, and whatever adds a layer after that is on
 * top. Where the history shows no such end, or does not have one entry for each layer, nothing is claimed.
 */
export function baseImage(description: Pick<ImageDescription, 'annotations' | 'config'>): BaseImage {
  const { annotations, config } = description;
  const labels = config?.labels ?? {};
  const layers = config === undefined ? 0 : baseLayers(config);
  const recorded = annotations[NAME] !== undefined || annotations[DIGEST] !== undefined ? annotations : labels;
  const name = recorded[NAME];
  const digest = recorded[DIGEST];
  const named = name !== undefined || digest !== undefined;
  return {
    ...(name === undefined ? {} : { name }),
    ...(digest === undefined ? {} : { digest }),
    layers,
    method: named ? (recorded === annotations ? 'annotation' : 'label') : layers > 0 ? 'history' : 'none',
  };
}

/** How many layers lie below the last `CMD` or `ENTRYPOINT` that another layer follows. */
function baseLayers({ history, diffIds }: ImageConfig): number {
  let layers = 0;
  let ended = 0;
  let found = 0;
  for (const { emptyLayer, createdBy } of history) {
    if (!emptyLayer) {
      layers += 1;
      found = ended;
    } else if (/^(?:\/bin\/sh -c #\(nop\)\s+)?(?:CMD|ENTRYPOINT)\b/.test(createdBy ?? '')) ended = layers;
  }
  return layers === diffIds.length ? found : 0;
}
