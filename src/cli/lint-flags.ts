import type { Severity } from '#core/severity.ts';

/** What `lint` prints beside the formats of every report. */
export const LINT_FORMATS = ['text', 'json', 'jsonl'] as const;

/** Options of `holdfast lint`, as the command line gives them. */
export interface LintFlags {
  readonly failOn?: Severity;
  readonly format: readonly string[];
  readonly only: readonly string[];
  readonly skip: readonly string[];
  readonly fix?: true;
  readonly standard?: string;
  /** `NAME=value`, or `NAME` for the shell's. */
  readonly env?: readonly string[];
  /** hadolint's configuration. */
  readonly config?: string;
  /** Of images: which of an index, and whether registries may be asked in plain HTTP. */
  readonly platform?: string;
  readonly insecure?: true;
}
