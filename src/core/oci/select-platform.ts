import { HoldfastError } from '#core/errors.ts';
import type { Descriptor } from '#core/oci/descriptor.ts';
import { type ImageIndex, MEDIA_TYPES } from '#core/oci/manifest.ts';
import { formatPlatform, type Platform, platformMatches } from '#core/platform.ts';

const LISTED = 20;
const IMAGES = new Set<string>(['', ...Object.values(MEDIA_TYPES)]);

/** BuildKit stores attestations beside the images: they carry a reference type or the platform unknown/unknown. */
function isImage(descriptor: Descriptor): boolean {
  if (descriptor.annotations?.['vnd.docker.reference.type'] !== undefined) return false;
  if (descriptor.platform?.os === 'unknown' && descriptor.platform.architecture === 'unknown') return false;
  return IMAGES.has(descriptor.mediaType);
}

/** How well an offer that matches fits: an exact variant before the architecture's usual one before any other. */
function rank(wanted: Platform, offered: Platform): number {
  if (wanted.variant === offered.variant) return 0;
  const usual = wanted.architecture === 'arm64' ? 'v8' : wanted.architecture === 'arm' ? 'v7' : undefined;
  return (wanted.variant ?? usual) === (offered.variant ?? usual) ? 1 : 2;
}

function windows(what: string): HoldfastError {
  return new HoldfastError('PLATFORM_WINDOWS', `${what}, and Windows images are not read`, {
    hint: 'Holdfast reads Linux images: name one, or an index that also holds one.',
  });
}

function notFound(wanted: Platform, offered: readonly string[]): HoldfastError {
  const listed =
    offered.slice(0, LISTED).join(', ') + (offered.length > LISTED ? ` and ${offered.length - LISTED} more` : '');
  const there = offered.length === 0 ? 'nothing that names its platform' : listed;
  return new HoldfastError('PLATFORM_NOT_FOUND', `There is no image for ${formatPlatform(wanted)}; there is ${there}`, {
    hint:
      offered[0] === undefined
        ? 'Name a manifest by its digest.'
        : `Choose one of them, for example --platform ${offered[0]}`,
  });
}

function printable(platform: Platform): string {
  return formatPlatform(platform)
    .replace(/[^\w./+-]/g, '?')
    .slice(0, 60);
}

/**
 * The index's image for a platform. Attestations are left out; an exact match comes first, then what
 * {@link platformMatches} allows, in the order of the index. The only image of an index whose entries name no platform
 * is taken, and its config is then what {@link checkPlatform} sees.
 * @throws `PLATFORM_NOT_FOUND` that lists what is there, `PLATFORM_WINDOWS` when only Windows images are, or one is wanted
 */
export function selectPlatform(index: ImageIndex, wanted: Platform): Descriptor {
  const images = index.manifests.filter(isImage);
  const offers = images.flatMap((descriptor) =>
    descriptor.platform ? [{ descriptor, platform: descriptor.platform }] : [],
  );
  const [best] = offers
    .filter(({ platform }) => platformMatches(wanted, platform))
    .sort((a, b) => rank(wanted, a.platform) - rank(wanted, b.platform));
  if (wanted.os === 'windows' && best !== undefined) throw windows(`${formatPlatform(wanted)} was asked for`);
  if (best !== undefined) return best.descriptor;
  const [only, ...others] = images;
  if (only !== undefined && only.platform === undefined && others.length === 0) return only;
  if (offers.length > 0 && offers.every(({ platform }) => platform.os === 'windows'))
    throw windows('There are only Windows images');
  throw notFound(wanted, [...new Set(offers.map(({ platform }) => printable(platform)))]);
}

/**
 * Passes when a config is of the wanted platform; without `wanted`, any Linux image will do.
 * @throws `PLATFORM_WINDOWS`, `PLATFORM_NOT_FOUND`
 */
export function checkPlatform(config: Platform, wanted: Platform | undefined): void {
  if (config.os === 'windows') throw windows('This is a Windows image');
  if (wanted !== undefined && !platformMatches(wanted, config)) throw notFound(wanted, [printable(config)]);
}
