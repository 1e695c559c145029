import { HoldfastError } from '#core/errors.ts';

/** What is wrong in a file of the operator's, and where. */
export interface Fault {
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly hint?: string;
}

const MOST_SHOWN = 20;

/** All of them as one error, each with its place. Kind `usage`: it is the operator's own file. */
export function faultsError(code: string, file: string, faults: readonly Fault[]): HoldfastError {
  const sorted = [...faults].sort((a, b) => a.line - b.line || a.column - b.column);
  const lines = sorted.slice(0, MOST_SHOWN).map(({ line, column, message }) => `${file}:${line}:${column}: ${message}`);
  const more = sorted.length > MOST_SHOWN ? [`and ${sorted.length - MOST_SHOWN} more`] : [];
  const hint = sorted.find((fault) => fault.hint !== undefined)?.hint;
  return new HoldfastError(code, [...lines, ...more].join('\n  '), {
    kind: 'usage',
    path: file,
    ...(hint === undefined ? {} : { hint }),
  });
}
