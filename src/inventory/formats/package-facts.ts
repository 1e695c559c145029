import { isDigest } from '#core/digest.ts';
import type { Package } from '#inventory/package.ts';

/**
 * What Holdfast knows of a package and SBOM formats have no field for, by name. Written as properties (CycloneDX) or in
 * an annotation (SPDX), each name behind `holdfast:`.
 */
export type Facts = ReadonlyMap<string, readonly string[]>;

/** Stands in front of every name of a fact. */
export const FACT_PREFIX = 'holdfast:';

/** A package's facts in a fixed order. `evidence` is always there: it tells a package that Holdfast wrote. */
export function factsOf(found: Package): Facts {
  const facts = new Map<string, readonly string[]>();
  const add = (name: string, value: string | undefined) => {
    if (value !== undefined) facts.set(name, [value]);
  };
  add('evidence', found.evidence);
  add('source:name', found.source?.name);
  add('source:version', found.source?.version);
  add('architecture', found.architecture);
  add('modularity', found.modularity);
  add('owner', found.owner);
  add('ownedBy', found.ownedBy);
  add('thirdParty', found.thirdParty === true ? 'true' : undefined);
  add('layer:index', found.layer === undefined ? undefined : String(found.layer.index));
  add('layer:digest', found.layer?.digest);
  add('layer:diffId', found.layer?.diffId);
  add('layer:instruction', found.layer?.instruction);
  return facts;
}

function layerOf(first: (name: string) => string | undefined): Package['layer'] {
  const index = first('layer:index');
  if (index === undefined || !/^\d{1,6}$/.test(index)) return undefined;
  const digest = first('layer:digest');
  const diffId = first('layer:diffId');
  const instruction = first('layer:instruction');
  return {
    index: Number(index),
    ...(digest !== undefined && isDigest(digest) ? { digest } : {}),
    ...(diffId !== undefined && isDigest(diffId) ? { diffId } : {}),
    ...(instruction === undefined ? {} : { instruction }),
  };
}

/** The parts of a package that its facts give; undefined when Holdfast did not write them. Values that cannot be are left out. */
export function packageFromFacts(
  facts: Facts,
): Omit<Package, 'type' | 'name' | 'version' | 'purl' | 'licences' | 'locations' | 'vendor'> | undefined {
  const first = (name: string) => facts.get(FACT_PREFIX + name)?.[0];
  const evidence = first('evidence');
  if (evidence !== 'installed' && evidence !== 'declared' && evidence !== 'unreliable') return undefined;
  const sourceName = first('source:name');
  const architecture = first('architecture');
  const modularity = first('modularity');
  const owner = first('owner');
  const ownedBy = first('ownedBy');
  const layer = layerOf(first);
  return {
    evidence,
    ...(sourceName === undefined ? {} : { source: { name: sourceName, version: first('source:version') ?? '' } }),
    ...(architecture === undefined ? {} : { architecture }),
    ...(modularity === undefined ? {} : { modularity }),
    ...(owner === 'base' || owner === 'app' ? { owner } : {}),
    ...(ownedBy === undefined ? {} : { ownedBy }),
    ...(first('thirdParty') === 'true' ? { thirdParty: true as const } : {}),
    ...(layer === undefined ? {} : { layer }),
  };
}
