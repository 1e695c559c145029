import type { Advisories, AdvisoriesInfo } from '#advisory/advisory.ts';
import { compareVersions } from '#base/versions/compare.ts';
import type { CoverageState } from '#core/coverage.ts';
import { compareSeverity } from '#core/severity.ts';
import { createAnswers } from '#finding/answers.ts';
import { countCoverage, ecosystemCoverage } from '#finding/coverage.ts';
import type { Absence, Finding, Findings } from '#finding/finding.ts';
import { type LookUp, lookUpsOf } from '#finding/look-ups.ts';
import { type Inventory, type Package, SYSTEM_TYPES } from '#inventory/package.ts';

export interface FindOptions {
  readonly now: Date;
  /** Also why advisories on a package are no finding. */
  readonly explainAbsences: boolean;
}

/**
 * Inventory × advisories → findings, and what was and was not compared. Pure. What the distribution vouches for is not
 * matched by language: such files are covered as far as the OS package is that they belong to. What is not the
 * distribution's own is not matched by its advisories.
 */
export function findFlaws(
  inventory: Pick<Inventory, 'os' | 'repositories' | 'packages'>,
  advisories: Advisories | undefined,
  options: FindOptions,
): Findings {
  const coverage = countCoverage();
  const findings: Finding[] = [];
  const absences: Absence[] = [];
  const answer = advisories === undefined ? undefined : createAnswers(advisories, options.explainAbsences);
  const owners = new Map(inventory.packages.filter(isDistributions).map((found) => [found.purl, found]));
  for (const found of inventory.packages) {
    const standing = standingOf(found, inventory, advisories?.info, options.now);
    const owner = found.ownedBy === undefined ? undefined : owners.get(found.ownedBy);
    if (owner !== undefined) {
      const { state, reason } = standingOf(owner, inventory, advisories?.info, options.now);
      coverage.add(standing.subject, state, `files of OS packages: ${reason}`);
      continue;
    }
    coverage.add(standing.subject, standing.state, standing.reason);
    if (answer === undefined) continue;
    const said = answer(found, standing.ask);
    for (const finding of said.findings) findings.push(finding);
    for (const absence of said.absences) absences.push(absence);
  }
  return { findings: findings.sort(mostUrgentFirst), coverage: coverage.finish(), absences };
}

/** Only the distribution's own packages vouch for their files, whatever an SBOM claims. */
function isDistributions(found: Package): boolean {
  return SYSTEM_TYPES.has(found.type) && found.thirdParty !== true;
}

/** How the advisories stand to one package: the line of the coverage that counts it, and what to ask about it. */
interface Standing {
  readonly subject: string;
  readonly state: CoverageState;
  readonly reason: string;
  /** Empty where nothing can be asked. */
  readonly ask: readonly LookUp[];
}

function standingOf(
  found: Package,
  { os, repositories }: Pick<Inventory, 'os' | 'repositories'>,
  info: AdvisoriesInfo | undefined,
  now: Date,
): Standing {
  const asked = lookUpsOf(found, os, repositories);
  if (asked.kind === 'none') return { subject: asked.subject, state: 'no-data', reason: asked.reason, ask: [] };
  const names = [...new Set(asked.lookUps.map(({ ecosystem }) => ecosystem))];
  const subject = names[0] ?? found.type;
  const excused = excuse(found, asked.lookUps);
  if (excused !== undefined) return { subject, ...excused, ask: [] };
  // Several names are streams of one vendor: what any of them holds counts.
  const spoken = names.find((name) => Object.hasOwn(info?.ecosystems ?? {}, name)) ?? subject;
  return { subject: spoken, ...ecosystemCoverage(spoken, info, now), ask: asked.lookUps };
}

/** Why a package is not compared although its ecosystem is known. */
function excuse(found: Package, lookUps: readonly LookUp[]): Pick<Standing, 'state' | 'reason'> | undefined {
  if (found.thirdParty === true) {
    return {
      state: 'no-data',
      reason: "published by a third party, which the distribution's advisories do not cover",
    };
  }
  if (found.evidence === 'unreliable') {
    return { state: 'not-comparable', reason: 'built from a commit: the version says nothing about releases' };
  }
  const unordered = lookUps.every(
    ({ scheme, version }) => scheme === undefined || compareVersions(scheme, version, version) === undefined,
  );
  return unordered ? { state: 'not-comparable', reason: 'the version cannot be ordered' } : undefined;
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
