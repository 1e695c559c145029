import type { SourcePackage } from '#inventory/package.ts';

/**
 * The source package named by SOURCERPM, `name-version-release.src.rpm`, taken apart from the right as names hold hyphens.
 * It never has an epoch. Undefined for anything else (`(none)`).
 */
export function parseSourceRpm(file: string): SourcePackage | undefined {
  const ending = ['.src.rpm', '.nosrc.rpm'].find((text) => file.endsWith(text));
  if (ending === undefined) return undefined;
  const stem = file.slice(0, -ending.length);
  const release = stem.lastIndexOf('-');
  const version = release < 0 ? -1 : stem.lastIndexOf('-', release - 1);
  if (version <= 0 || version + 1 === release || release + 1 === stem.length) return undefined;
  return { name: stem.slice(0, version), version: stem.slice(version + 1) };
}
