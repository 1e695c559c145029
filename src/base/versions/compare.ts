import { compareApk } from './apk.ts';
import { compareDeb } from './deb.ts';
import { compareGo } from './go.ts';
import type { Order } from './order.ts';
import { comparePep440 } from './pep440.ts';
import { compareRpm } from './rpm.ts';
import type { VersionScheme } from './scheme.ts';
import { compareSemver } from './semver.ts';

type Compare = (a: string, b: string) => Order | undefined;

const COMPARISONS: Readonly<Record<VersionScheme, Compare>> = {
  deb: compareDeb,
  apk: compareApk,
  rpm: compareRpm,
  semver: compareSemver,
  pep440: comparePep440,
  go: compareGo,
};

/**
 * Orders two versions in their ecosystem's own order: -1, 0 or 1 when `a` is before, equal to or after `b`. Undefined
 * when either is no version of that scheme: such a pair is not comparable, and never to be taken for an answer.
 * The package managers' orders (deb, apk, rpm) put an empty string first, as their tools do; a caller that matches
 * advisories must not take a missing version for the lowest one.
 */
export function compareVersions(scheme: VersionScheme, a: string, b: string): Order | undefined {
  return COMPARISONS[scheme](a, b);
}
