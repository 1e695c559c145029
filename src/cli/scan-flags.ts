import type { Severity } from '#core/severity.ts';

/** Options of `holdfast scan`, as the command line gives them. */
export interface ScanFlags {
  readonly running?: true;
  readonly format: readonly string[];
  readonly advisories?: string;
  readonly platform?: string;
  readonly failOn?: Severity;
  readonly files?: true;
  readonly all?: true;
  readonly explain?: true;
  /** Undefined: neither `--verify` nor `--no-verify` was given. */
  readonly verify?: boolean;
  readonly insecure?: true;
  readonly cache: boolean;
  readonly quiet?: true;
  /** Undefined: where there is a home. */
  readonly record?: boolean;
}
