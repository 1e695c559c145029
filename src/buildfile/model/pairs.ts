import type { Instruction } from '#buildfile/model/instruction.ts';
import { withoutQuotes } from '#buildfile/model/instruction.ts';
import { fileSpan } from '#buildfile/model/mapped-text.ts';
import type { Span } from '#buildfile/model/span.ts';

/** A name and its value, of ENV, ARG or LABEL. */
export interface Pair {
  readonly name: string;
  /** Without quotes; empty where there is none. */
  readonly value: string;
  /** Whether there is a value, be it an empty one. */
  readonly given: boolean;
  /** `ENV name value`: the old form, for one pair. */
  readonly old: boolean;
  readonly span: Span;
}

/** What an ENV, ARG or LABEL sets. */
export function pairsOf(instruction: Instruction): readonly Pair[] {
  const { keyword, words, text, argsAt } = instruction;
  const [first] = words;
  if (first === undefined) return [];
  if (keyword !== 'ARG' && !first.raw.includes('=')) {
    const value = text.text.slice(first.at.end).trim();
    const span = fileSpan(text, argsAt, text.text.length);
    return [{ name: first.text, value: withoutQuotes(value), given: value !== '', old: true, span }];
  }
  return words.map(({ text: word, raw, span }) => {
    const equals = word.indexOf('=');
    const name = equals < 0 ? word : word.slice(0, equals);
    const value = equals < 0 ? '' : word.slice(equals + 1);
    return { name, value, given: raw.includes('='), old: false, span };
  });
}
