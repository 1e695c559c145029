import type { Advisories } from '#advisory/advisory.ts';
import type { Absence, Finding } from '#finding/finding.ts';
import { groupMatches } from '#finding/group.ts';
import type { LookUp } from '#finding/look-ups.ts';
import { matchPackage } from '#finding/match.ts';
import type { Package } from '#inventory/package.ts';

/** What the advisories say about one package. */
export interface Answer {
  readonly findings: readonly Finding[];
  readonly absences: readonly Absence[];
}

/**
 * Asks the advisories about packages, the same only once: binary packages of one source package, and copies of a
 * library, differ in nothing that advisories speak of.
 */
export function createAnswers(
  advisories: Advisories,
  explainAbsences: boolean,
): (found: Package, lookUps: readonly LookUp[]) => Answer {
  const known = new Map<string, Answer>();
  return (found, lookUps) => {
    const question = questionOf(found, lookUps);
    const before = known.get(question);
    if (before !== undefined) return about(found, before);
    const { matches, absences } = matchPackage(found, lookUps, advisories, explainAbsences);
    const answer = { findings: groupMatches(matches, advisories.exploitation), absences };
    known.set(question, answer);
    return answer;
  };
}

/** All of it that {@link matchPackage} compares. */
function questionOf({ type, modularity }: Package, lookUps: readonly LookUp[]): string {
  return JSON.stringify([type, modularity, lookUps]);
}

function about(found: Package, { findings, absences }: Answer): Answer {
  return {
    findings: findings.map((finding) => ({ ...finding, package: found })),
    absences: absences.map((absence) => ({ ...absence, purl: found.purl })),
  };
}
