/** Worst first. `unknown` says that no source rated it, `negligible` that its vendor sees no security impact. */
export const SEVERITIES = ['critical', 'high', 'medium', 'low', 'negligible', 'unknown'] as const;

export type Severity = (typeof SEVERITIES)[number];

/** A severity and who gave it. */
export interface RatedSeverity {
  readonly level: Severity;
  /** For example `debian`, `cvss:3.1`, `ghsa`. */
  readonly source: string;
  /** CVSS base score, 0 to 10, when the source is a CVSS vector. */
  readonly score?: number;
}

/** Sorts the worst first. */
export function compareSeverity(a: Severity, b: Severity): number {
  return SEVERITIES.indexOf(a) - SEVERITIES.indexOf(b);
}
