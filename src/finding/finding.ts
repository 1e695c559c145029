import type { Exploitation } from '#advisory/advisory.ts';
import type { Coverage } from '#core/coverage.ts';
import type { RatedSeverity } from '#core/severity.ts';
import type { Package } from '#inventory/package.ts';

/** Why an advisory matched: enough to check it by hand. */
export interface Because {
  /** The advisory's id and where it comes from. */
  readonly advisory: string;
  readonly source: string;
  readonly ecosystem: string;
  /** The name that was looked up: a source package's, where distributions publish by source. */
  readonly package: string;
  /** The version that was compared. */
  readonly version: string;
  /** `1.2.0 <= 1.3.1 < 1.4.0` or `listed in versions`. */
  readonly comparison: string;
}

/** One flaw in one package. */
export interface Finding {
  /** The CVE where there is one, else the best known id. */
  readonly id: string;
  /** All other ids, sorted. */
  readonly aliases: readonly string[];
  readonly package: Package;
  readonly severity: RatedSeverity;
  /** Lowest fixed version of each stream that is above the installed one, ascending; empty: no fix is known. */
  readonly fixedVersions: readonly string[];
  /** Why there is no fix, where the vendor says so. */
  readonly fixState?: 'open' | 'no-dsa' | 'postponed' | 'ignored' | 'end-of-life';
  readonly summary?: string;
  readonly published?: string;
  /** When the first of these fixes was published, ISO 8601; left out where no bulletin of the distribution says so. */
  readonly fixPublished?: string;
  readonly exploitation?: Exploitation;
  readonly because: readonly [Because, ...Because[]];
}

/** Something that was compared, or could not be, and is no finding: every absence can be explained. */
export interface Absence {
  readonly id: string;
  readonly purl: string;
  readonly state: 'fixed' | 'not-affected' | 'withdrawn' | 'undetermined' | 'not-comparable';
  readonly reason: string;
}

export interface Findings {
  /** Most urgent first: known exploited, severity, EPSS, id, purl. */
  readonly findings: readonly Finding[];
  readonly coverage: readonly Coverage[];
  /** Only when asked for, except `not-comparable`, which is always listed. */
  readonly absences: readonly Absence[];
}
