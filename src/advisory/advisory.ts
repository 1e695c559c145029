import type { RatedSeverity } from '#core/severity.ts';

/** OSV events in the order of the record (OSV schema, `affected[].ranges[].events`). */
export type RangeEvent =
  | { readonly introduced: string }
  | { readonly fixed: string }
  | { readonly lastAffected: string }
  | { readonly limit: string };

export interface AffectedRange {
  /** `GIT` ranges speak of commits: kept out by the feeds, as they say nothing about versions. */
  readonly type: 'SEMVER' | 'ECOSYSTEM';
  readonly events: readonly RangeEvent[];
}

/** What a vendor says about a flaw that has no fix (Debian tracker `nodsa_reason` and relatives). */
export type FixState = 'open' | 'no-dsa' | 'postponed' | 'ignored' | 'end-of-life';

/** What one advisory says about one package of one ecosystem. */
export interface Advisory {
  readonly id: string;
  /** Other ids of the same flaw. Never `related` or what an upstream record is about (OSV schema, `aliases`). */
  readonly aliases: readonly string[];
  /** OSV's name with its release, normalised by {@link file://./ecosystem.ts}: `Debian:12`, `Alpine:v3.19`, `npm`. */
  readonly ecosystem: string;
  /** As the ecosystem normalises it: PyPI by PEP 503, others exact. */
  readonly package: string;
  /**
   * `affected` by the ranges and versions below · `not-affected` the vendor says that no version is · `undetermined`
   * the vendor does not know: nothing is reported.
   */
  readonly status: 'affected' | 'not-affected' | 'undetermined';
  readonly ranges: readonly AffectedRange[];
  /** Versions affected beside those in the ranges. */
  readonly versions: readonly string[];
  readonly severity?: RatedSeverity;
  readonly fixState?: FixState;
  /** First sentence or title, at most 200 characters. */
  readonly summary?: string;
  /** ISO 8601. A withdrawn advisory never matches, but says so when asked. */
  readonly withdrawn?: string;
  readonly published?: string;
  /** When the fixed versions of `ranges` were published, where a bulletin of the distribution says so; ISO 8601. */
  readonly fixPublished?: string;
  /** Where it comes from, for people: a database's name (`osv`, `debian-tracker`, `starter`) or a URL. */
  readonly source: string;
  /** rpm module stream, `nodejs:12`, that the advisory is limited to. */
  readonly module?: string;
  /** CVEs that a distribution's bulletin (DSA, USN, RHSA …) bundles, sorted: each a flaw of its own, so that none is an alias. */
  readonly upstream?: readonly string[];
  /** Go: import paths and the like are not kept; architectures, where the advisory lists some. */
  readonly architectures?: readonly string[];
}

/** What is known of a CVE beside the advisories. */
export interface Exploitation {
  /** Date (ISO) it entered CISA's catalogue of known exploited vulnerabilities. */
  readonly knownExploitedSince?: string;
  readonly ransomware?: boolean;
  readonly epss?: { readonly score: number; readonly percentile: number; readonly date?: string };
}

/** What the file is, in its header. */
export interface AdvisoriesInfo {
  readonly kind: 'starter' | 'full';
  /** ISO 8601. */
  readonly builtAt: string;
  /** Advisories held (one per package and id). */
  readonly records: number;
  /** Per ecosystem with release, as held. */
  readonly ecosystems: Readonly<Record<string, { readonly records: number; readonly newest?: string }>>;
  /** Inputs by name. */
  readonly sources: readonly string[];
}

/** A package as advisories name it. */
export interface NamedPackage {
  readonly ecosystem: string;
  readonly name: string;
}

/** A read-only file of advisories, open. */
export interface Advisories {
  readonly info: AdvisoriesInfo;
  /** All that is held about a package, `undefined` never: an ecosystem without data is told by `info.ecosystems`. */
  lookup(ecosystem: string, name: string): readonly Advisory[];
  exploitation(cve: string): Exploitation | undefined;
  /** The packages that advisories with this id, alias or bundled CVE are about; withdrawn ones do not count. */
  packagesOf(id: string): readonly NamedPackage[];
  close(): void;
}
