import type { Inventory, Package } from '#inventory/package.ts';

/** Packages of one layer, with what decides which advisories apply to them. */
export type PackageGroup = Pick<Inventory, 'os' | 'repositories' | 'packages'>;

/**
 * An inventory in groups, one a layer, as text that is the same wherever the same packages come from the same layer: kept
 * under its digest, what images share is kept once. Where in an image a package lies is the inventory's to say.
 */
export function packageGroups({ os, repositories, packages }: PackageGroup): readonly string[] {
  const byLayer = new Map<string, string[]>();
  for (const found of packages) {
    const { layer, locations: _, owner: __, ...kept } = found;
    const key = layer?.digest ?? layer?.diffId ?? String(layer?.index ?? '');
    const text = JSON.stringify({ ...kept, locations: [] } satisfies Package);
    const others = byLayer.get(key);
    if (others === undefined) byLayer.set(key, [text]);
    else others.push(text);
  }
  const context = JSON.stringify({ os, repositories }).slice(1, -1);
  return [...byLayer.values()].map((texts) => `{${context},"packages":[${[...new Set(texts)].sort().join(',')}]}`);
}

/** Reads a group back; `undefined` for what is none. A blob is what we wrote, by its digest, if of another version. */
export function readGroup(blob: Buffer): PackageGroup | undefined {
  try {
    const group = JSON.parse(blob.toString('utf8')) as Partial<PackageGroup>;
    return Array.isArray(group.packages) && Array.isArray(group.repositories) ? (group as PackageGroup) : undefined;
  } catch {
    return undefined;
  }
}
