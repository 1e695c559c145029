import type { Purl } from '#core/purl.ts';
import type { ImageFacts } from '#policy/facts/image-facts.ts';
import type { VexThing } from '#policy/vex/statement.ts';

/**
 * How closely a package URL of a statement names a package, 0 for not at all. Without a version it stands for all of them;
 * qualifiers that it has must be the package's, and `distro` may be said more or less exactly (`debian-12`, `debian-12.13`).
 */
export function packageFit(stated: Purl, found: Purl): number {
  if (stated.type !== found.type || nameOf(stated) !== nameOf(found)) return 0;
  if (stated.version !== undefined && stated.version !== found.version) return 0;
  if (stated.subpath !== undefined && stated.subpath !== found.subpath) return 0;
  const qualifiers = Object.entries(stated.qualifiers ?? {});
  for (const [key, value] of qualifiers) {
    const other = found.qualifiers?.[key];
    if (other === undefined) return 0;
    if (key === 'distro' ? !isSameRelease(value, other) : value !== other) return 0;
  }
  return 1 + (stated.version === undefined ? 0 : 4) + Math.min(3, qualifiers.length);
}

function nameOf({ type, namespace = '', name }: Purl): string {
  // The purl specification: names of these types are told apart without case; PyPI's also without _ and -.
  if (type === 'pypi') return name.toLowerCase().replaceAll(/[-_.]+/g, '-');
  const whole = `${namespace}/${name}`;
  return ['github', 'bitbucket', 'deb', 'apk', 'rpm'].includes(type) ? whole.toLowerCase() : whole;
}

function isSameRelease(a: string, b: string): boolean {
  return a === b || a.startsWith(`${b}.`) || b.startsWith(`${a}.`);
}

/** How closely a statement names an image, 0 for not at all: by digest, by tag, by name. */
export function imageFit({ purl, hashes, id }: VexThing, image: ImageFacts | undefined): number {
  if (image === undefined) return 0;
  const { digest, imageId, tag, registry, repository, reference } = image;
  const digests = [digest, imageId].filter((one) => one !== null);
  if (hashes.some((hash) => digests.includes(hash))) return 3;
  if (purl === undefined) return id !== '' && (id === reference || digests.includes(id)) ? 3 : 0;
  if (purl.type !== 'oci' && purl.type !== 'docker') return 0;
  const { version } = purl;
  if (version !== undefined && digests.includes(version)) return 3;
  const isDigest = version?.includes(':') === true;
  if (isDigest || repository === null || registry === null) return 0;
  if (!isRepository(purl, registry, repository)) return 0;
  const stated = purl.qualifiers?.['tag'] ?? version;
  if (stated === undefined) return 1;
  return stated === tag ? 2 : 0;
}

/** `pkg:oci/app?repository_url=registry.example/team/app`, `pkg:docker/library/alpine`. */
function isRepository({ type, namespace, name, qualifiers }: Purl, registry: string, repository: string): boolean {
  const url = qualifiers?.['repository_url']
    ?.replace(/^https?:\/\//, '')
    .replace(/^index\.docker\.io(?=\/|$)/, 'docker.io');
  const whole = `${registry}/${repository}`;
  if (type === 'docker') {
    const path = namespace === undefined ? `library/${name}` : `${namespace}/${name}`;
    return url === undefined
      ? registry === 'docker.io' && path === repository
      : `${url}/${path}` === whole || url === whole;
  }
  if (name !== repository.slice(repository.lastIndexOf('/') + 1)) return false;
  return url === undefined || url === whole || `${url}/${name}` === whole;
}
