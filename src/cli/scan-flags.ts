import type { TargetFlags } from '#cli/scan-targets.ts';
import type { Severity } from '#core/severity.ts';

/** Options of `holdfast scan`, as the command line gives them. */
export interface ScanFlags extends TargetFlags {
  readonly format: readonly string[];
  readonly failOn?: Severity;
  readonly files?: true;
  readonly all?: true;
  readonly explain?: true;
  /** Undefined: where there is a home. */
  readonly record?: boolean;
}
