import { createHash } from 'node:crypto';
import { type TarFile, tarOf } from './tar.ts';

/** A layer of a made image: its files and what the history says made it. */
export interface MadeLayer {
  readonly instruction: string;
  readonly files: readonly TarFile[];
}

/** A layer that is what it is, such as damaged or compressed bytes; its diffID is that of the uncompressed ones. */
export interface RawLayer {
  readonly instruction: string;
  readonly bytes: Buffer;
  readonly diffId?: string;
}

/** A step of the history that made no layer, such as `CMD ["sh"]`. */
export interface EmptyStep {
  readonly empty: string;
}

export interface MadeImage {
  readonly tag?: string;
  readonly steps: readonly (MadeLayer | RawLayer | EmptyStep)[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly user?: string;
  readonly created?: string;
}

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** The bytes that `docker save` writes for an image, in the form of Docker's image specification v1.2. */
export function dockerArchive({ tag, steps, labels, user, created }: MadeImage): Buffer {
  const layers = steps.flatMap((step) => {
    if ('empty' in step) return [];
    const bytes = 'bytes' in step ? step.bytes : tarOf(step.files);
    return [{ bytes, diffId: ('diffId' in step && step.diffId) || `sha256:${sha256(bytes)}` }];
  });
  const config = Buffer.from(
    JSON.stringify({
      architecture: 'amd64',
      os: 'linux',
      ...(created === undefined ? {} : { created }),
      config: { ...(labels === undefined ? {} : { Labels: labels }), ...(user === undefined ? {} : { User: user }) },
      rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
      history: steps.map((step) =>
        'empty' in step ? { created_by: step.empty, empty_layer: true } : { created_by: step.instruction },
      ),
    }),
  );
  const names = layers.map(({ bytes }, index) => `${index}-${sha256(bytes)}/layer.tar`);
  const manifest = [
    {
      Config: `${sha256(config)}.json`,
      RepoTags: tag === undefined ? null : [tag],
      Layers: names,
    },
  ];
  return tarOf([
    ...layers.map(({ bytes }, index) => ({ name: names[index] ?? '', body: bytes })),
    { name: `${sha256(config)}.json`, body: config },
    { name: 'manifest.json', body: JSON.stringify(manifest) },
  ]);
}
