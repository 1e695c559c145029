import { buildFileKind } from '#app/lint/kinds/build-file.ts';
import { workloads } from '#app/lint/kinds/workloads.ts';
import type { LintKind } from '#app/lint/lint-kind.ts';

/** Every kind of file that `holdfast lint` knows. The first that recognises a file judges it. */
export const LINT_KINDS: readonly LintKind[] = [buildFileKind, workloads];
