import type { Severity } from '#core/severity.ts';

/** Options of `holdfast lint`, as the command line gives them. */
export interface LintFlags {
  readonly failOn?: Severity;
  readonly format: 'text' | 'json' | 'jsonl';
  readonly only: readonly string[];
  readonly skip: readonly string[];
  readonly fix?: true;
  readonly standard?: string;
  /** `NAME=value`, or `NAME` for the shell's. */
  readonly env?: readonly string[];
  /** hadolint's configuration. */
  readonly config?: string;
}
