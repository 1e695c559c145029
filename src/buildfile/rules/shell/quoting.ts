import type { BuildRule } from '#buildfile/rule.ts';
import { type ShellSubject, shellRule } from '#buildfile/rules/shell/shell-rule.ts';
import { splitVariables } from '#buildfile/rules/shell/variables.ts';
import type { Part } from '#buildfile/shell/ast.ts';
import { type Expansion, expansionsOf, usedWordsOf } from '#buildfile/shell/expansions-of.ts';
import { literalText, plainText } from '#buildfile/shell/text.ts';

const SPLIT_WHY =
  'The shell splits it at blanks and replaces * and ?: one argument becomes several, or a list of files.';

/** Whether the shell splits what comes out. */
function isSplit({ role, quoted, statement }: Expansion, shell: string): boolean {
  if (quoted) return false;
  if (role === 'redirect') {
    return statement.kind !== 'simple' || !statement.redirects.some(({ operator }) => operator.startsWith('<<'));
  }
  return role === 'argument' || (role === 'declaration' && shell !== 'bash' && shell !== 'ksh');
}

/** What shells set to numbers: nothing in them is split. */
const NUMBERS: ReadonlySet<string> = new Set([
  ...['RANDOM', 'SRANDOM', 'SECONDS', 'EPOCHSECONDS', 'LINENO', 'SHLVL', 'UID', 'EUID', 'PPID', 'BASHPID', 'OPTIND'],
  ...['COLUMNS', 'LINES', 'HISTSIZE', 'HISTFILESIZE', 'BASH_SUBSHELL'],
]);

function isPlainName(name: string): boolean {
  return /^\w+$/.test(name) && !NUMBERS.has(name);
}

function findUnquoted({ script, shell, variables }: ShellSubject) {
  const mayHoldBlanks = splitVariables(script, variables);
  const found = expansionsOf(script).find((expansion) => {
    const { part } = expansion;
    if (part.kind !== 'variable' || !isSplit(expansion, shell) || !isPlainName(part.name)) return false;
    return !/^(?:#$|#\}|:?\+)/.test(part.operation) && !part.operation.startsWith('#') && mayHoldBlanks(part.name);
  });
  if (found?.part.kind !== 'variable') return undefined;
  return { at: found.part.at, sentence: `$${found.part.name} is not in quotes.` };
}

export const unquotedVariable: BuildRule = shellRule({
  id: 'sh-unquoted-variable',
  code: 'SC2086',
  severity: 'low',
  title: 'Variables are in double quotes',
  why: SPLIT_WHY,
  fix: 'Write "$NAME".',
  bad: 'cp $SOURCES /app',
  good: 'cp "$SOURCES" /app',
  find: findUnquoted,
});

/** Commands whose output is meant to be several words. */
const LISTS: ReadonlySet<string> = new Set(['seq', 'pgrep']);

function commandName(part: Part): string {
  if (part.kind !== 'command') return '';
  const [first] = part.body;
  const [name] = first?.kind === 'simple' ? first.words : [];
  return name === undefined ? '' : (literalText(name) ?? '');
}

export const unquotedSubstitution: BuildRule = shellRule({
  id: 'sh-unquoted-substitution',
  code: 'SC2046',
  severity: 'medium',
  title: 'What a command prints is in double quotes',
  why: SPLIT_WHY,
  fix: 'Write "$(command)".',
  bad: 'make -C $(ls src)',
  good: 'make -C "$(ls src)"',
  find: ({ script, shell }) => {
    const found = expansionsOf(script).find(
      (expansion) =>
        expansion.part.kind === 'command' && isSplit(expansion, shell) && !LISTS.has(commandName(expansion.part)),
    );
    return found === undefined ? undefined : { at: found.part.at, sentence: 'What a command prints is not in quotes.' };
  },
});

export const unquotedArguments: BuildRule = shellRule({
  id: 'sh-unquoted-arguments',
  code: 'SC2068',
  severity: 'medium',
  title: '"$@" is in double quotes',
  why: SPLIT_WHY,
  fix: 'Write "$@".',
  bad: 'set -- a b; cp $@ /app',
  good: 'set -- a b; cp "$@" /app',
  find: ({ script, shell }) => {
    const found = expansionsOf(script).find(
      (expansion) =>
        expansion.part.kind === 'variable' &&
        (isSplit(expansion, shell) || (expansion.role === 'loop' && !expansion.quoted)) &&
        (expansion.part.name === '@' || expansion.part.operation.startsWith('[@]')) &&
        !/:?\+/.test(expansion.part.operation),
    );
    return found === undefined ? undefined : { at: found.part.at, sentence: '$@ is not in quotes.' };
  },
});

export const backticks: BuildRule = shellRule({
  id: 'sh-backticks',
  code: 'SC2006',
  severity: 'negligible',
  title: 'What a command prints is taken with $( ), not backticks',
  why: 'Within backticks, quotes and backslashes mean something else, and they cannot be nested.',
  fix: 'Write $(command).',
  bad: 'echo "built on `date`"',
  good: 'echo "built on $(date)"',
  find: ({ script }) => {
    const found = expansionsOf(script).find(
      ({ part }) => part.kind === 'command' && part.backticks && part.body.length > 0,
    );
    return found === undefined ? undefined : { at: found.part.at, sentence: 'A command stands in backticks.' };
  },
});

/** Programs that expand what they are given, or take programs of their own in which a dollar sign is common. */
const TAKE_DOLLARS: ReadonlySet<string> = new Set([
  ...['trap', 'sh', 'bash', 'ksh', 'zsh', 'ssh', 'eval', 'xprop', 'alias', 'sudo', 'doas', 'docker', 'podman', 'oc'],
  ...['dpkg-query', 'jq', 'rename', 'rg', 'unset', 'awk', 'gawk', 'mawk', 'nawk', 'perl', 'git', 'find', 'busybox'],
  ...['dash', 'ash', 'run-parts', 'envsubst', 'xargs', 'gettext', 'printf-like', 'crontab', 'mumps', 'PS1'],
]);

export const expansionInSingleQuotes: BuildRule = shellRule({
  id: 'sh-expansion-in-single-quotes',
  code: 'SC2016',
  severity: 'low',
  title: 'Variables stand in double quotes, not single ones',
  why: 'Nothing is replaced within single quotes: the text itself is taken, dollar sign and all.',
  fix: 'Use double quotes, or a backslash before the dollar sign where it is meant.',
  bad: "echo 'version $VERSION'",
  good: 'echo "version $VERSION"',
  find: ({ script }) => {
    for (const { word, role, statement } of usedWordsOf(script)) {
      if (role !== 'argument' || statement.kind !== 'simple') continue;
      const [first] = statement.words;
      const name = (first === undefined ? undefined : literalText(first)) ?? '';
      if (TAKE_DOLLARS.has(name.split('/').at(-1) ?? '')) continue;
      const shown = word.parts.find(
        (part) =>
          part.kind === 'single' &&
          part.ansi !== true &&
          /\$[{(0-9a-zA-Z_]|`[^`]+`/.test(part.text) &&
          !(/^g?sed$/.test(name) && /\$[{dpsaic](?:$|[^a-zA-Z])/.test(part.text)) &&
          !/^\$(?:\{[^}]*\}|\w+)$/.test(isWholeFor(name) ? part.text : ''),
      );
      if (shown !== undefined) return { at: shown.at, sentence: 'Nothing is replaced within single quotes.' };
    }
    return undefined;
  },
});

/** Programs to which the name of a variable is given like that. */
function isWholeFor(name: string): boolean {
  return name === 'envsubst' || name === 'gettext';
}

export const globAsFirstArgument: BuildRule = shellRule({
  id: 'sh-glob-like-option',
  code: 'SC2035',
  severity: 'low',
  title: 'Patterns do not begin with *',
  why: 'A file whose name begins with a dash is then taken for an option.',
  fix: 'Write ./*.',
  bad: 'rm *.tar',
  good: 'rm ./*.tar',
  find: ({ script }) => {
    for (const { word, role, statement } of usedWordsOf(script)) {
      const [first] = word.parts;
      if (role !== 'argument' || statement.kind !== 'simple' || first?.kind !== 'glob') continue;
      if (!first.text.startsWith('*') && !first.text.startsWith('?')) continue;
      const [name, ...rest] = statement.words;
      const called = name === undefined ? '' : (literalText(name) ?? '');
      if (['echo', 'printf', '[', 'test', 'expr', 'find', 'let', 'case', 'set', ''].includes(called)) continue;
      if (rest.some((other) => plainText(other) === '--' && other.at.start < word.at.start)) continue;
      return { at: word.at, sentence: `${plainText(word)} may become an option.` };
    }
    return undefined;
  },
});
