import type { Verdict } from '#policy/verdict.ts';
import type { ScanReportInput } from '#report/scan-report.ts';

/** A verdict and the scan that it was reached over, as report writers take them. */
export interface CheckReportInput {
  readonly report: ScanReportInput;
  /** Where it shall run; null when nobody said. */
  readonly environment: string | null;
  readonly verdict: Verdict;
  /** Undefined when it was not recorded. */
  readonly recorded: { readonly position: number; readonly evaluation: string } | undefined;
}
