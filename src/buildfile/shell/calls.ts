import { once } from '#buildfile/memo.ts';
import type { Range, Script, ShellWord, SimpleCommand } from '#buildfile/shell/ast.ts';
import { literalText, plainText } from '#buildfile/shell/text.ts';
import { simpleCommands } from '#buildfile/shell/walk.ts';

export interface Argument {
  /** Without quotes; expansions as `${name}`. */
  readonly text: string;
  /** In the script. */
  readonly at: Range;
}

/** A program that a script calls, or a builtin of the shell. */
export interface Call {
  readonly name: string;
  /** Where the name stands, in the script. */
  readonly nameAt: Range;
  /** All after the first word: also the name, where that is called through `command` and the like. */
  readonly args: readonly Argument[];
  readonly command: SimpleCommand;
}

/** What a script calls by name, in the order of the text; a name that a variable holds is not known. */
export function callsOf(script: Script): readonly Call[] {
  return once(script, allCalls);
}

function allCalls(script: Script): readonly Call[] {
  return simpleCommands(script).flatMap((command) => {
    const [first, ...rest] = command.words;
    if (first === undefined) return [];
    const word = effective(first, rest);
    const name = literalText(word);
    if (name === undefined) return [];
    return [{ name, nameAt: word.at, args: rest.map((one) => ({ text: plainText(one), at: one.at })), command }];
  });
}

/** `command`, `exec` and others only say how the next word is called. */
function effective(first: ShellWord, rest: readonly ShellWord[]): ShellWord {
  const [next] = rest;
  if (next === undefined || !['busybox', 'builtin', 'command', 'exec'].includes(literalText(first) ?? '')) return first;
  return plainText(next).startsWith('-') ? first : next;
}

/** Whether it is one of these programs with one of these arguments. */
export function isCall({ name, args }: Call, names: string | readonly string[], ...given: readonly string[]): boolean {
  const called = typeof names === 'string' ? name === names : names.includes(name);
  return called && (given.length === 0 || args.some(({ text }) => given.includes(text)));
}

/** `y` for `-y` and `-qy`, `yes` for `--yes` and `--yes=…`, of one argument. */
function flagNames(text: string): readonly string[] {
  if (text === '-' || text === '--' || !text.startsWith('-')) return [];
  return text.startsWith('--') ? [text.slice(2).split('=', 1)[0] ?? ''] : [...text.slice(1)];
}

export function hasFlag({ args }: Call, ...names: readonly string[]): boolean {
  return args.some(({ text }) => flagNames(text).some((flag) => names.includes(flag)));
}

export function countFlag({ args }: Call, name: string): number {
  return args.reduce((sum, { text }) => sum + flagNames(text).filter((flag) => flag === name).length, 0);
}

/** Arguments that are no flags, nor the values of the flags named here. */
export function operands({ args }: Call, withValue: readonly string[] = []): readonly Argument[] {
  const kept: Argument[] = [];
  let isValue = false;
  for (const argument of args) {
    const flags = flagNames(argument.text);
    if (flags.length === 0 && !isValue) kept.push(argument);
    isValue = flags.some((flag) => withValue.includes(flag)) && !argument.text.includes('=');
  }
  return kept;
}

/** What stands after a flag: `-u 1000`, `--uid=1000`. */
export function flagValues({ args }: Call, ...names: readonly string[]): readonly string[] {
  return args.flatMap(({ text }, index) => {
    if (!flagNames(text).some((flag) => names.includes(flag))) return [];
    const equals = text.indexOf('=');
    const value = text.startsWith('--') && equals > 0 ? text.slice(equals + 1) : args[index + 1]?.text;
    return value === undefined ? [] : [value];
  });
}

/** Whether arguments stand one after the other. */
export function hasSequence({ args }: Call, ...sequence: readonly string[]): boolean {
  return args.some((_, start) => sequence.every((one, index) => args[start + index]?.text === one));
}
