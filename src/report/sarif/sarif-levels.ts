import type { Severity } from '#core/severity.ts';
import type { ReportItem } from '#report/items/item.ts';

/** How loud a result is (SARIF 2.1.0, 3.27.10). */
export type SarifLevel = 'error' | 'warning' | 'note';

const LEVELS: Readonly<Record<Severity, SarifLevel>> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
  negligible: 'note',
  // Nobody rated it: it may be anything.
  unknown: 'warning',
};

/** How loud a result is: what denies is an error, what only warns is none. */
export function sarifLevel({ severity, outcome }: ReportItem, decides: boolean): SarifLevel {
  const level = LEVELS[severity];
  if (!decides) return level;
  return outcome === 'fails' ? 'error' : level === 'error' ? 'warning' : level;
}

/** The score of each band of GitHub's: critical from 9.0, high from 7.0, medium from 4.0, low above 0. */
const BANDS: Readonly<Record<Severity, readonly [from: number, to: number, usual: number] | undefined>> = {
  critical: [9, 10, 9.5],
  high: [7, 8.9, 8],
  medium: [4, 6.9, 5.5],
  low: [0.1, 3.9, 2],
  negligible: [0.1, 3.9, 0.1],
  unknown: undefined,
};

/** `security-severity` for GitHub: the CVSS score where that says the same as the severity; undefined where nobody rated it. */
export function securitySeverity({ severity, flaw }: ReportItem): string | undefined {
  const band = BANDS[severity];
  if (band === undefined) return undefined;
  const [from, to, usual] = band;
  const score = flaw?.score;
  return (score !== undefined && score >= from && score <= to ? score : usual).toFixed(1);
}
