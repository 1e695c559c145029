import type { ImageInventoried } from '#inventory/events.ts';

/** The stream that an image's, or another target's, events are in. */
export function streamOf({ kind, digest, imageId, reference }: ImageInventoried['target']): string {
  const image = digest ?? imageId;
  return image === undefined ? `target:${kind}:${reference.replaceAll(/\p{Cc}/gu, '?')}` : `image:${image}`;
}
