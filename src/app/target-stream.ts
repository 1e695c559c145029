import { formatPlatform } from '#core/platform.ts';
import type { ImageDescription } from '#image/image.ts';
import type { ImageInventoried } from '#inventory/events.ts';

const MOST_REFERENCE_CHARACTERS = 300;

/** What events call a target that was opened. */
export function targetOf(description: ImageDescription): ImageInventoried['target'] {
  const { kind, reference, digest, imageId, platform } = description;
  return {
    kind,
    reference: reference.toWellFormed().slice(0, MOST_REFERENCE_CHARACTERS),
    ...(digest === undefined ? {} : { digest }),
    ...(imageId === undefined ? {} : { imageId }),
    ...(platform === undefined ? {} : { platform: formatPlatform(platform) }),
  };
}

/** The stream that an image's, or another target's, events are in. */
export function streamOf({ kind, digest, imageId, reference }: ImageInventoried['target']): string {
  const image = digest ?? imageId;
  return image === undefined ? `target:${kind}:${reference.replaceAll(/\p{Cc}/gu, '?')}` : `image:${image}`;
}
