import type { Settings } from '#buildfile/settings/settings.ts';
import type { Problem } from '#core/errors.ts';
import type { Judged } from '#core/judged.ts';
import type { RuleFacts } from '#core/rule.ts';
import type { Severity } from '#core/severity.ts';
import type { TextEdit } from '#core/text-edit.ts';

/** A file to be judged, decoded. */
export interface LintFile {
  /** As it was named, or found below what was named; `-` is standard input. */
  readonly path: string;
  /** Without a byte order mark; line ends as they are. */
  readonly text: string;
}

/** What else may be read while a file is judged. */
export interface Surroundings {
  /**
   * The text of a file beside the one judged, by a path relative to its folder; undefined where there is none.
   * Standard input has nothing beside it.
   * @throws `LINT_…` where it is there and cannot be read as text, or is too large
   */
  readonly beside: (path: string) => Promise<string | undefined>;
  /** A variable that whoever asks set for this run; never one of the shell that he did not name. */
  readonly variable?: (name: string) => string | undefined;
  /** What hadolint's configuration asks for. */
  readonly settings: Settings;
}

/** Files of one sort: how they are told, what is asked of them. */
export interface LintKind {
  /** Kebab-case. */
  readonly id: string;
  readonly title: string;
  /** Everything that it may say. */
  readonly rules: readonly RuleFacts[];
  /** Whether a file of this name, found in a directory that was named, is worth opening. */
  readonly mayBe: (name: string) => boolean;
  /** Whether a file is one, by its content and, where that leaves doubt, its name. Cheap; never throws. */
  readonly recognises: (file: LintFile) => boolean;
  /**
   * Every document of a file; none where a closer look shows that it is no such file. What cannot be read becomes a
   * problem: it does not throw for anything in the file.
   */
  readonly judge: (file: LintFile, around: Surroundings) => Promise<readonly Judged[]>;
  /** In the place of `judge` where what one file says matters for others: all files of a run, judged in their order. */
  readonly together?: (files: readonly (readonly [LintFile, Surroundings])[]) => Promise<readonly Judged[]>;
  /** Edits that clear findings of rules that pass `wanted`; none that overlap. Absent where nothing can be mended. */
  readonly fixes?: (
    file: LintFile,
    around: Surroundings,
    wanted: (rule: string) => boolean,
  ) => Promise<readonly TextEdit[]>;
}

/** What was looked at, and what came of it. */
export interface LintOutcome {
  /** In the order of the files. */
  readonly judged: readonly Judged[];
  /** Files that were judged. */
  readonly files: number;
  /** Files below directories that were opened and are of no known kind. */
  readonly passedOver: number;
  /** Edits that were written, by file; empty unless asked for. */
  readonly fixed: readonly { readonly path: string; readonly edits: number }[];
  /** What stood in the way of finding files. */
  readonly problems: readonly Problem[];
  /** What a configuration file of hadolint's asks for, where `--fail-on` does not say. */
  readonly failOn?: Severity | 'never';
}
