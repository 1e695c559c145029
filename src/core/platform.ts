import { HoldfastError } from '#core/errors.ts';

/** An operating system and processor, as image indexes name them (OCI image index, `platform`). */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
}

const NODE_ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386', arm64: 'arm64', arm: 'arm' };

/** This host's platform; images for Linux are what any host runs. */
export function hostPlatform(architecture: string = process.arch): Platform {
  const name = NODE_ARCHITECTURES[architecture] ?? architecture;
  return name === 'arm' ? { os: 'linux', architecture: name, variant: 'v7' } : { os: 'linux', architecture: name };
}

/** @throws `PLATFORM_INVALID` unless the text is `os/architecture` or `os/architecture/variant`. */
export function parsePlatform(text: string): Platform {
  const [os, architecture, variant, ...rest] = text.toLowerCase().split('/');
  if (!os || !architecture || rest.length > 0 || variant === '') {
    throw new HoldfastError('PLATFORM_INVALID', `${JSON.stringify(text)} is not a platform`, {
      hint: 'Write it as linux/amd64 or linux/arm/v7.',
      kind: 'usage',
    });
  }
  return variant === undefined ? { os, architecture } : { os, architecture, variant };
}

export function formatPlatform(platform: Platform): string {
  const base = `${platform.os}/${platform.architecture}`;
  return platform.variant === undefined ? base : `${base}/${platform.variant}`;
}

/** True when `offered` runs what `wanted` asks for; a variant left out matches any, arm64's `v8` is its default. */
export function platformMatches(wanted: Platform, offered: Platform): boolean {
  if (wanted.os !== offered.os || wanted.architecture !== offered.architecture) return false;
  const normal = (platform: Platform) =>
    platform.architecture === 'arm64' && platform.variant === 'v8' ? undefined : platform.variant;
  return normal(wanted) === undefined || normal(offered) === undefined || normal(wanted) === normal(offered);
}
