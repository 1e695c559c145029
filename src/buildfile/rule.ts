import type { BuildFile } from '#buildfile/model/build-file.ts';
import type { Instruction } from '#buildfile/model/instruction.ts';
import type { Span } from '#buildfile/model/span.ts';
import type { Settings } from '#buildfile/settings/settings.ts';
import type { RuleFacts } from '#core/rule.ts';
import type { Severity } from '#core/severity.ts';
import type { TextEdit } from '#core/text-edit.ts';

/** What a rule looks at. */
export interface Subject {
  readonly file: BuildFile;
  readonly settings: Settings;
  readonly context: Context;
}

/** What lies beside the build file. */
export interface Context {
  /** Lines of `.dockerignore`: undefined where there is none, `unknown` where nobody could look. */
  readonly ignoreLines: readonly string[] | undefined | 'unknown';
}

/** Something that a rule found. */
export interface Finding {
  /** Whose line it is reported on: that of the whole instruction, as hadolint does. */
  readonly instruction: Instruction;
  /** The very place, in the file. */
  readonly span?: Span;
  /** With its full stop. */
  readonly sentence: string;
  readonly fix?: string;
  /** Never a secret's value. */
  readonly evidence?: string;
  /** Where it is not the rule's. */
  readonly severity?: Severity;
  /** What clears it, where that is mechanical. */
  readonly edits?: readonly TextEdit[];
}

/** A question to a build file. */
export interface BuildRule extends RuleFacts {
  /** Pure; says nothing of what it does not understand. */
  readonly check: (subject: Subject) => Iterable<Finding>;
  /** It can also be asked of the history of an image, where there are no stages and no context. */
  readonly onHistory?: true;
  /** Whole build files, the shortest that show it. */
  readonly bad: string;
  readonly good: string;
  /** What the examples need. */
  readonly exampleSettings?: Partial<Settings>;
  readonly exampleContext?: Context;
}

/** A reference to hadolint's rule. */
export function hadolint(id: string) {
  return { standard: 'hadolint', id } as const;
}

export function shellcheck(id: string) {
  return { standard: 'shellcheck', id } as const;
}

/** A recommendation of the CIS Docker Benchmark 1.6. */
export function cis(id: string) {
  return { standard: 'cis-docker', id } as const;
}

/** A countermeasure of NIST SP 800-190, section 4. */
export function nist(id: string) {
  return { standard: 'nist-800-190', id } as const;
}
