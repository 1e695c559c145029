import type { Advisories, Advisory } from '#advisory/advisory.ts';
import { compareVersions } from '#base/versions/compare.ts';
import { type Compare, evaluate } from '#finding/evaluate.ts';
import type { Absence, Because } from '#finding/finding.ts';
import type { LookUp } from '#finding/look-ups.ts';
import type { Package } from '#inventory/package.ts';

/** An advisory that holds for a package. */
export interface Match {
  readonly package: Package;
  readonly advisory: Advisory;
  readonly because: Because;
  readonly fixedVersions: readonly string[];
}

export interface Matched {
  readonly matches: readonly Match[];
  /** Advisories on the package that hold no finding, each explained; only `not-comparable` ones unless all are wanted. */
  readonly absences: readonly Absence[];
}

/** Asks the advisories about one package. */
export function matchPackage(
  found: Package,
  lookUps: readonly LookUp[],
  advisories: Pick<Advisories, 'lookup'>,
  explainAbsences: boolean,
): Matched {
  const matches: Match[] = [];
  const absences: Absence[] = [];
  for (const lookUp of lookUps) {
    const compare = comparisonOf(lookUp);
    for (const advisory of advisories.lookup(lookUp.ecosystem, lookUp.name)) {
      const outcome = judge(found, lookUp, advisory, compare);
      if ('advisory' in outcome) matches.push(outcome);
      else if (explainAbsences || outcome.state === 'not-comparable') absences.push(outcome);
    }
  }
  return { matches, absences };
}

function judge(found: Package, lookUp: LookUp, advisory: Advisory, compare: Compare | undefined): Match | Absence {
  const absent = (state: Absence['state'], reason: string): Absence => ({
    id: advisory.id,
    purl: found.purl,
    state,
    reason,
  });
  if (advisory.withdrawn !== undefined) return absent('withdrawn', `withdrawn on ${advisory.withdrawn.slice(0, 10)}`);
  if (advisory.status === 'not-affected')
    return absent('not-affected', `${advisory.source} says that no version is affected`);
  if (advisory.status === 'undetermined') return absent('undetermined', `${advisory.source} has not determined it`);
  if (found.type === 'rpm') {
    const streams = otherStream(found, advisory);
    if (streams !== undefined) return absent('not-affected', streams);
  }
  if (compare === undefined) {
    return absent('not-comparable', `versions of ${lookUp.ecosystem} cannot be ordered by this release`);
  }
  const result = evaluate(advisory, lookUp.version, compare);
  switch (result.state) {
    case 'not-comparable':
      return absent('not-comparable', result.reason);
    case 'unaffected':
      return absent('fixed', result.comparison);
    case 'affected': {
      const { ecosystem, name, version } = lookUp;
      const because = {
        advisory: advisory.id,
        source: advisory.source,
        ecosystem,
        package: name,
        version,
        comparison: result.comparison,
      };
      return { package: found, advisory, because, fixedVersions: result.fixedVersions };
    }
  }
}

/** How the asked version stands to others is worked out once: many flaws are fixed by one version. */
function comparisonOf({ scheme, version, epochless }: LookUp): Compare | undefined {
  if (scheme === undefined) return undefined;
  const plain: Compare = (a, b) => compareVersions(scheme, a, b);
  const compare = epochless ? withoutEpochs(plain) : plain;
  const known = new Map<string, ReturnType<Compare>>();
  return (a, b) => {
    if (a !== version) return compare(a, b);
    if (!known.has(b)) known.set(b, compare(a, b));
    return known.get(b);
  };
}

/** A source rpm's name holds no epoch, so none is compared. */
function withoutEpochs(compare: Compare): Compare {
  const bare = (version: string) => version.replace(/^\d+:/, '');
  return (a, b) => compare(bare(a), bare(b));
}

/** A modular build is spoken of by its own stream's advisories only, and they of nothing else. */
function otherStream(found: Package, advisory: Advisory): string | undefined {
  const own = found.modularity?.split(':').slice(0, 2).join(':');
  if (own === advisory.module) return undefined;
  if (own === undefined) return `speaks of module ${advisory.module}, the package is not modular`;
  return advisory.module === undefined
    ? `the package is of module ${own}, the advisory of no module`
    : `speaks of module ${advisory.module}, the package is of ${own}`;
}
