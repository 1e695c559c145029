import type { Memo } from '#buildfile/memo.ts';

/** Shell scripts as far as they are understood. Offsets are into the script's text. */

export interface Script {
  readonly text: string;
  /** Where an offset into the text stands in the file. */
  readonly fileOffset: (at: number) => number;
  readonly body: readonly Statement[];
  readonly memo: Memo;
  /** Why nothing is said of this script; its body is empty then. */
  readonly gaveUp?: {
    readonly at: number;
    readonly why: string;
    /** It is for another interpreter: nothing is wrong with it. */
    readonly foreign: boolean;
  };
}

export type Statement =
  | { readonly kind: 'and-or'; readonly first: Statement; readonly rest: readonly AndOr[]; readonly at: Range }
  | { readonly kind: 'pipeline'; readonly parts: readonly Statement[]; readonly negated: boolean; readonly at: Range }
  | { readonly kind: 'background'; readonly inner: Statement; readonly at: Range }
  | SimpleCommand
  | CompoundCommand
  | { readonly kind: 'test'; readonly words: readonly ShellWord[]; readonly at: Range };

export interface AndOr {
  readonly operator: '&&' | '||';
  readonly statement: Statement;
}

export interface Range {
  readonly start: number;
  readonly end: number;
}

export interface SimpleCommand {
  readonly kind: 'simple';
  readonly assignments: readonly Assignment[];
  /** The name first; empty for assignments alone. */
  readonly words: readonly ShellWord[];
  readonly redirects: readonly Redirect[];
  readonly at: Range;
}

export interface CompoundCommand {
  readonly kind: 'compound';
  readonly construct: 'if' | 'while' | 'until' | 'for' | 'case' | 'group' | 'subshell' | 'function' | 'arithmetic';
  /** Words outside of its statements: what a `for` goes through, what a `case` looks at. */
  readonly words: readonly ShellWord[];
  /** What the loop or the function is called. */
  readonly name?: string;
  readonly bodies: readonly (readonly Statement[])[];
  readonly redirects: readonly Redirect[];
  readonly at: Range;
}

export interface Assignment {
  readonly name: string;
  /** Empty value: undefined. */
  readonly value?: ShellWord;
  readonly append: boolean;
  readonly at: Range;
}

export interface Redirect {
  readonly operator: string;
  readonly target: ShellWord;
  readonly at: Range;
}

export interface ShellWord {
  readonly parts: readonly Part[];
  readonly at: Range;
}

export type Part =
  | { readonly kind: 'literal'; readonly text: string; readonly at: Range; readonly escaped?: true }
  | { readonly kind: 'single'; readonly text: string; readonly at: Range; readonly ansi?: true }
  | { readonly kind: 'double'; readonly parts: readonly Part[]; readonly at: Range }
  | {
      readonly kind: 'variable';
      readonly name: string;
      /** What follows the name within braces: `:-x`, `#*.`; empty for a plain one. */
      readonly operation: string;
      readonly braced: boolean;
      readonly inner: readonly Part[];
      readonly at: Range;
    }
  | { readonly kind: 'command'; readonly body: readonly Statement[]; readonly backticks: boolean; readonly at: Range }
  | { readonly kind: 'process'; readonly body: readonly Statement[]; readonly at: Range }
  | { readonly kind: 'arithmetic'; readonly text: string; readonly at: Range }
  | { readonly kind: 'glob'; readonly text: string; readonly at: Range }
  | { readonly kind: 'brace'; readonly text: string; readonly at: Range }
  | { readonly kind: 'array'; readonly words: readonly ShellWord[]; readonly at: Range };
