import type { Advisories } from '#advisory/advisory.ts';
import { compareVersions } from '#base/versions/compare.ts';
import { compareSeverity } from '#core/severity.ts';
import { countCoverage, ecosystemCoverage } from '#finding/coverage.ts';
import type { Absence, Finding, Findings } from '#finding/finding.ts';
import { groupMatches } from '#finding/group.ts';
import { type LookUp, lookUpsOf } from '#finding/look-ups.ts';
import { matchPackage } from '#finding/match.ts';
import type { Inventory, Package } from '#inventory/package.ts';

export interface FindOptions {
  readonly now: Date;
  /** Also why advisories on a package are no finding. */
  readonly explainAbsences: boolean;
}

/**
 * Inventory × advisories → findings, and what was and was not compared. Pure. What the distribution vouches for is not
 * matched by language; what is not the distribution's own is not matched by its advisories.
 */
export function findFlaws(
  inventory: Pick<Inventory, 'os' | 'repositories' | 'packages'>,
  advisories: Advisories | undefined,
  options: FindOptions,
): Findings {
  const coverage = countCoverage();
  const findings: Finding[] = [];
  const absences: Absence[] = [];
  for (const found of inventory.packages) {
    const asked = lookUpsOf(found, inventory.os, inventory.repositories);
    if (asked.kind === 'none') {
      coverage.add(asked.subject, 'no-data', asked.reason);
      continue;
    }
    const names = [...new Set(asked.lookUps.map(({ ecosystem }) => ecosystem))];
    const subject = names[0] ?? found.type;
    const excused = excuse(found, asked.lookUps);
    if (excused !== undefined) {
      coverage.add(subject, excused.state, excused.reason);
      continue;
    }
    // Several names are streams of one vendor: what any of them holds counts.
    const spoken = names.find((name) => Object.hasOwn(advisories?.info.ecosystems ?? {}, name)) ?? subject;
    const { state, reason } = ecosystemCoverage(spoken, advisories?.info, options.now);
    coverage.add(spoken, state, reason);
    if (advisories === undefined) continue;
    const matched = matchPackage(found, asked.lookUps, advisories);
    findings.push(...groupMatches(matched.matches, (cve) => advisories.exploitation(cve)));
    for (const absence of matched.absences) {
      if (options.explainAbsences || absence.state === 'not-comparable') absences.push(absence);
    }
  }
  return { findings: findings.sort(mostUrgentFirst), coverage: coverage.finish(), absences };
}

function excuse(found: Package, lookUps: readonly LookUp[]) {
  if (found.ownedBy !== undefined) {
    return {
      state: 'not-affected',
      reason: "files of OS packages: their distribution's advisories speak for them",
    } as const;
  }
  if (found.thirdParty === true) {
    return {
      state: 'no-data',
      reason: "published by a third party, which the distribution's advisories do not cover",
    } as const;
  }
  if (found.evidence === 'unreliable') {
    return { state: 'not-comparable', reason: 'built from a commit: the version says nothing about releases' } as const;
  }
  const unordered = lookUps.every(
    ({ scheme, version }) => scheme === undefined || compareVersions(scheme, version, version) === undefined,
  );
  if (unordered) return { state: 'not-comparable', reason: 'the version cannot be ordered' } as const;
  return undefined;
}

function mostUrgentFirst(a: Finding, b: Finding): number {
  const known = (one: Finding) => (one.exploitation?.knownExploitedSince === undefined ? 1 : 0);
  return (
    known(a) - known(b) ||
    compareSeverity(a.severity.level, b.severity.level) ||
    (b.exploitation?.epss?.score ?? 0) - (a.exploitation?.epss?.score ?? 0) ||
    order(a.id, b.id) ||
    order(a.package.purl, b.package.purl) ||
    order(a.package.locations[0] ?? '', b.package.locations[0] ?? '')
  );
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
