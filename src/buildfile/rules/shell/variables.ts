import { once } from '#buildfile/memo.ts';
import type { BuildRule } from '#buildfile/rule.ts';
import { shellRule } from '#buildfile/rules/shell/shell-rule.ts';
import type { Part, Script, ShellWord } from '#buildfile/shell/ast.ts';
import { type Call, callsOf } from '#buildfile/shell/calls.ts';
import { expansionsOf } from '#buildfile/shell/expansions-of.ts';
import { literalText, plainText } from '#buildfile/shell/text.ts';
import { simpleCommands, statementsOf } from '#buildfile/shell/walk.ts';

/** A variable that gets a value. */
interface Assigned {
  readonly name: string;
  readonly at: number;
  /** Undefined: whatever comes, from a file or a person. */
  readonly value: readonly Part[] | undefined;
  readonly exported: boolean;
}

/** What a script assigns, also by `read`, `for` and `export`. */
function assignedIn(script: Script): readonly Assigned[] {
  return once(script, allAssigned);
}

function allAssigned(script: Script): readonly Assigned[] {
  const all: Assigned[] = [];
  for (const { assignments, words } of simpleCommands(script)) {
    for (const { name, value, at } of assignments) {
      // Before a command it is for that command alone.
      all.push({ name, at: at.start, value: value?.parts ?? [], exported: words.length > 0 });
    }
  }
  for (const statement of statementsOf(script)) {
    if (statement.kind === 'compound' && statement.construct === 'for' && statement.name !== undefined) {
      const value = statement.words.flatMap(({ parts }) => parts);
      const globbed = value.some(({ kind }) => kind === 'glob' || kind === 'brace');
      all.push({ name: statement.name, at: statement.at.start, value: globbed ? undefined : value, exported: false });
    }
  }
  for (const call of callsOf(script)) all.push(...assignedBy(call));
  return all;
}

function assignedBy({ name, args, command }: Call): readonly Assigned[] {
  if (['export', 'readonly', 'local', 'declare', 'typeset'].includes(name)) {
    return command.words.slice(1).flatMap((word): readonly Assigned[] => {
      const [first, ...rest] = word.parts;
      const match = first?.kind === 'literal' ? /^([A-Za-z_]\w*)\+?(=)?/.exec(first.text) : null;
      if (match === null || first?.kind !== 'literal') return [];
      const [whole, variable = '', equals] = match;
      const own = { ...first, text: first.text.slice(whole.length) };
      return equals === undefined ? [] : [{ name: variable, at: word.at.start, value: [own, ...rest], exported: true }];
    });
  }
  const takes = name === 'read' || name === 'mapfile' || name === 'readarray' || name === 'getopts';
  if (!takes && name !== 'printf') return [];
  const named = name === 'printf' ? args.filter((_, index) => args[index - 1]?.text === '-v') : args;
  return named
    .filter(({ text }) => /^[A-Za-z_]\w*$/.test(text))
    .map(({ text, at }) => ({ name: text, at: at.start, value: undefined, exported: false }));
}

/**
 * Whether a variable may hold blanks or patterns. Those that the file sets are taken not to, as hadolint does; others by
 * what the script assigns anywhere.
 */
export function splitVariables(script: Script, set: ReadonlySet<string>): (name: string) => boolean {
  const values = new Map<string, Assigned[]>();
  for (const one of assignedIn(script))
    values.set(one.name, [...(values.get(one.name) ?? []).slice(-MOST_VALUES), one]);
  const known = new Map<string, boolean>();
  const mayHold = (name: string): boolean => {
    const before = known.get(name);
    if (before !== undefined) return before;
    // While it is being found out: a value made of itself adds nothing.
    known.set(name, false);
    const assigned = values.get(name);
    const may =
      assigned === undefined
        ? !set.has(name)
        : assigned.some(({ value }) => value === undefined || value.some((part) => mayBreak(part)));
    known.set(name, may);
    return may;
  };
  const mayBreak = (part: Part): boolean => {
    switch (part.kind) {
      case 'literal':
      case 'single':
        return /[\s*?[\]]/.test(part.text);
      case 'double':
        return part.parts.some(mayBreak);
      case 'arithmetic':
        return false;
      case 'variable':
        return !/^[#?$!]$/.test(part.name) && !part.operation.startsWith('#') && mayHold(part.name);
      default:
        return true;
    }
  };
  return mayHold;
}

const MOST_VALUES = 20;

/** Names that shells and systems set, in lower case. */
const FROM_OUTSIDE: ReadonlySet<string> = new Set([
  'http_proxy',
  'https_proxy',
  'ftp_proxy',
  'no_proxy',
  'all_proxy',
  '_',
]);

export const unassignedVariable: BuildRule = shellRule({
  id: 'sh-unassigned-variable',
  code: 'SC2154',
  severity: 'medium',
  title: 'Variables that are used are set',
  why: 'A typing error gives an empty text without a word: rm -r "$dir/" then means the root.',
  fix: 'Set it before, by ARG, ENV or in the script.',
  bad: 'cp app "$target"',
  good: 'target=/opt; cp app "$target"',
  find: ({ script, variables }) => {
    const assigned = new Set(assignedIn(script).map(({ name }) => name));
    const found = expansionsOf(script).find(
      ({ part }) =>
        part.kind === 'variable' &&
        /^[a-z_]\w*$/.test(part.name) &&
        !/[A-Z]/.test(part.name) &&
        !assigned.has(part.name) &&
        !variables.has(part.name) &&
        !FROM_OUTSIDE.has(part.name) &&
        // What is to be when it is not set is said: `${x:-y}`, `${x:?}`.
        !/^:?[-+=?]/.test(part.operation),
    );
    if (found?.part.kind !== 'variable') return undefined;
    return { at: found.part.at, sentence: `$${found.part.name} is used and never set.` };
  },
});

export const unusedVariable: BuildRule = shellRule({
  id: 'sh-unused-variable',
  code: 'SC2034',
  severity: 'low',
  title: 'Variables that are set are used',
  why: 'A value that nobody reads is mostly a typing error: it was to be exported, or to be read under another name.',
  fix: 'Use it, export it, or remove it.',
  bad: 'target=/opt; make install',
  good: 'target=/opt; make install DESTDIR="$target"',
  find: ({ script, calls }) => {
    const used = new Set(expansionsOf(script).map(({ part }) => (part.kind === 'variable' ? part.name : '')));
    const named = new Set(
      calls.filter(({ name }) => EXPORTS.has(name)).flatMap(({ args }) => args.map(({ text }) => text)),
    );
    const elsewhere = new Set(arithmeticIn(script).split(/\W+/));
    const found = assignedIn(script).find(
      ({ name, exported }) =>
        !exported &&
        !used.has(name) &&
        !named.has(name) &&
        !/^(?:_|IFS|PATH|PS[0-9]|LC_\w+|LANG|LANGUAGE|HOME|CDPATH|OPTIND|REPLY|TZ|TMPDIR|DEBIAN_FRONTEND)$/.test(
          name,
        ) &&
        !elsewhere.has(name),
    );
    return found === undefined
      ? undefined
      : {
          at: { start: found.at, end: found.at + found.name.length },
          sentence: `${found.name} is set and never used.`,
        };
  },
});

const EXPORTS: ReadonlySet<string> = new Set(['export', 'readonly', 'unset', 'declare', 'local', 'typeset']);

/** Where names are used without a dollar sign, or by programs that are given a text. */
function arithmeticIn(script: Script): string {
  const texts: string[] = [];
  const within = (parts: readonly Part[]): void => {
    for (const part of parts) {
      if (part.kind === 'arithmetic') texts.push(part.text);
      else if (part.kind === 'double') within(part.parts);
      else if (part.kind === 'variable') {
        texts.push(part.operation);
        within(part.inner);
      }
    }
  };
  for (const statement of statementsOf(script)) {
    if (statement.kind === 'compound' && (statement.construct === 'arithmetic' || statement.construct === 'for')) {
      texts.push(script.text.slice(statement.at.start, statement.at.end).split('\n', 1)[0] ?? '');
    }
    if (statement.kind === 'simple') {
      for (const word of statement.words) within(word.parts);
      for (const { value } of statement.assignments) within(value?.parts ?? []);
      const [name] = statement.words;
      if (name !== undefined && ['let', 'eval', 'trap'].includes(literalText(name) ?? '')) {
        texts.push(...statement.words.map(plainText));
      }
    }
  }
  return texts.join(' ').slice(0, MOST_TEXT);
}

const MOST_TEXT = 100_000;

export const maskedResult: BuildRule = shellRule({
  id: 'sh-masked-result',
  code: 'SC2155',
  severity: 'medium',
  title: 'A failure is not hidden by export',
  why: 'export succeeds though the command within failed: the build goes on with an empty value.',
  fix: 'Assign first, export after.',
  bad: 'export VERSION="$(cat version)" && make',
  good: 'VERSION="$(cat version)" && export VERSION && make',
  find: ({ calls }) => {
    for (const { name, command } of calls) {
      if (!['export', 'local', 'declare', 'typeset', 'readonly'].includes(name)) continue;
      const word = command.words.slice(1).find((one) => isAssignedFromCommand(one));
      if (word !== undefined) return { at: word.at, sentence: `${name} hides whether the command failed.` };
    }
    return undefined;
  },
});

function isAssignedFromCommand({ parts }: ShellWord): boolean {
  const [first, ...rest] = parts;
  if (first?.kind !== 'literal' || !/^[A-Za-z_]\w*\+?=/.test(first.text)) return false;
  const all = rest.flatMap((part) => (part.kind === 'double' ? part.parts : [part]));
  return all.some(({ kind }) => kind === 'command');
}

export const dangerousRemoval: BuildRule = shellRule({
  id: 'sh-dangerous-removal',
  code: 'SC2115',
  severity: 'medium',
  title: 'rm -r does not mean the root where a variable is empty',
  why: 'With an empty variable, rm -rf "$DIR/" removes all there is.',
  fix: 'Write :? after the name, within braces: rm stops where it is empty.',
  bad: 'rm -rf "$TARGET/usr"',
  good: 'rm -rf "$' + '{TARGET:?}/usr"',
  find: ({ calls }) => {
    for (const { name, command, args } of calls) {
      if (name !== 'rm' || !args.some(({ text }) => /^-[a-zA-Z]*[rR]|^--recursive$/.test(text))) continue;
      const word = command.words.slice(1).find(meansRoot);
      if (word !== undefined)
        return { at: word.at, sentence: 'With an empty variable this removes a directory of the system.' };
    }
    return undefined;
  },
});

const OF_THE_SYSTEM =
  /^\/(?:bin|boot|dev|etc|home|lib|lib64|media|mnt|opt|proc|root|run|sbin|srv|sys|tmp|usr|var|\*)?(?:\/\*?)?$/;

function meansRoot({ parts }: ShellWord): boolean {
  const flat = parts.flatMap((part) => (part.kind === 'double' ? part.parts : [part]));
  const variables = flat.filter(({ kind }) => kind === 'variable');
  if (variables.length === 0 || variables.some((part) => part.kind === 'variable' && /^:?[-?=]/.test(part.operation)))
    return false;
  const rest = flat.map((part) =>
    part.kind === 'literal' || part.kind === 'glob' ? part.text : part.kind === 'variable' ? '' : 'x',
  );
  return OF_THE_SYSTEM.test(rest.join('')) && rest.join('') !== '';
}
