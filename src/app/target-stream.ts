import type { ImageInventoried } from '#inventory/events.ts';

/** The stream that an image's, or another target's, events are in. */
export function streamOf({ kind, digest, reference }: ImageInventoried['target']): string {
  return digest === undefined ? `target:${kind}:${reference.replaceAll(/\p{Cc}/gu, '?')}` : `image:${digest}`;
}
