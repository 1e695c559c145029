import { createHash } from 'node:crypto';
import { type TarFile, tarOf } from './tar.ts';

/** A layer of a made image: its files and what the history says made it. */
export interface MadeLayer {
  readonly instruction: string;
  readonly files: readonly TarFile[];
}

/** A step of the history that made no layer, such as `CMD ["sh"]`. */
export interface EmptyStep {
  readonly empty: string;
}

export interface MadeImage {
  readonly tag?: string;
  readonly steps: readonly (MadeLayer | EmptyStep)[];
  readonly labels?: Readonly<Record<string, string>>;
}

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** The bytes that `docker save` writes for an image, in the form of Docker's image specification v1.2. */
export function dockerArchive({ tag, steps, labels }: MadeImage): Buffer {
  const layers = steps.flatMap((step) => ('files' in step ? [tarOf(step.files)] : []));
  const config = Buffer.from(
    JSON.stringify({
      architecture: 'amd64',
      os: 'linux',
      config: labels === undefined ? {} : { Labels: labels },
      rootfs: { type: 'layers', diff_ids: layers.map((layer) => `sha256:${sha256(layer)}`) },
      history: steps.map((step) =>
        'empty' in step ? { created_by: step.empty, empty_layer: true } : { created_by: step.instruction },
      ),
    }),
  );
  const layerName = (index: number) => `${sha256(layers[index] ?? Buffer.alloc(0))}/layer.tar`;
  const manifest = [
    {
      Config: `${sha256(config)}.json`,
      RepoTags: tag === undefined ? null : [tag],
      Layers: layers.map((_, index) => layerName(index)),
    },
  ];
  return tarOf([
    ...layers.map((body, index) => ({ name: layerName(index), body })),
    { name: `${sha256(config)}.json`, body: config },
    { name: 'manifest.json', body: JSON.stringify(manifest) },
  ]);
}
