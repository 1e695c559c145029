import type { Finding } from '#finding/finding.ts';
import type { FindingFacts } from '#policy/facts/finding-facts.ts';

/** A finding as rules see it: nobody excused it yet. @param firstSeen what the record says */
export function findingFactsOf(finding: Finding, firstSeen: string | null): FindingFacts {
  const { package: found, exploitation, severity } = finding;
  const { layer, locations } = found;
  return {
    id: finding.id,
    aliases: [...finding.aliases],
    package: found.name,
    version: found.version,
    purl: found.purl,
    type: found.type,
    owner: found.owner ?? 'unknown',
    severity: severity.level,
    score: severity.score ?? null,
    fixable: finding.fixedVersions.length > 0,
    fixedVersions: [...finding.fixedVersions],
    fixState: finding.fixState ?? null,
    knownExploited: exploitation?.knownExploitedSince !== undefined,
    knownExploitedSince: exploitation?.knownExploitedSince ?? null,
    epss: exploitation?.epss?.score ?? null,
    published: finding.published ?? null,
    fixed: finding.fixPublished ?? null,
    firstSeen,
    status: 'affected',
    statement: null,
    location: locations[0] ?? null,
    layer: layer?.index ?? null,
  };
}
