import type { BuildRule } from '#buildfile/rule.ts';
import { shellRule } from '#buildfile/rules/shell/shell-rule.ts';
import { argsOf, nameOf, say } from '#buildfile/rules/shell/words-of.ts';
import type { ShellWord, Statement } from '#buildfile/shell/ast.ts';
import { hasFlag, operands } from '#buildfile/shell/calls.ts';
import { expansionsOf, usedWordsOf } from '#buildfile/shell/expansions-of.ts';
import { literalText, plainText } from '#buildfile/shell/text.ts';
import { simpleCommands } from '#buildfile/shell/walk.ts';

export const sourcedFile: BuildRule = shellRule({
  id: 'sh-sourced-file',
  code: 'SC1091',
  severity: 'negligible',
  title: 'What is read with . is known',
  why: 'What another file sets or does is not judged here.',
  fix: 'Nothing need be done: look at that file yourself.',
  bad: '. /etc/os-release && echo "$ID"',
  good: 'cat /etc/os-release',
  find: ({ script }) => {
    for (const command of simpleCommands(script)) {
      if (!['.', 'source'].includes(nameOf(command))) continue;
      const file = command.words[1];
      const path = file === undefined ? undefined : pathOf(file);
      if (file === undefined || path === undefined || path === '/dev/null') continue;
      return say(file.at, `What ${path.slice(0, 100)} does is not judged.`);
    }
    return undefined;
  },
});

export const echoEscape: BuildRule = shellRule({
  id: 'sh-echo-escape',
  code: 'SC2028',
  severity: 'low',
  title: 'printf expands escapes, not echo',
  why: 'Some shells’ echo prints \\n as a new line, others as it stands.',
  fix: 'Use printf.',
  bad: 'echo "a\\nb"',
  good: "printf 'a\\nb\\n'",
  find: ({ script }) => {
    for (const command of simpleCommands(script)) {
      if (nameOf(command) !== 'echo' || /^-[neE]*e/.test(argsOf(command)[0] ?? '')) continue;
      const word = command.words
        .slice(1)
        .find(({ parts }) =>
          parts.some((part) =>
            part.kind === 'single' && part.ansi !== true
              ? ESCAPE.test(part.text)
              : part.kind === 'double' && part.parts.some((one) => one.kind === 'literal' && ESCAPE.test(one.text)),
          ),
        );
      if (word !== undefined) return say(word.at, 'echo may print the backslash as it stands.');
    }
    return undefined;
  },
});

const ESCAPE = /\\[rnt]/;

export const readMangles: BuildRule = shellRule({
  id: 'sh-read-mangles',
  code: 'SC2162',
  severity: 'low',
  title: 'read has -r',
  why: 'Without it backslashes vanish from what is read.',
  fix: 'Add -r.',
  bad: 'read LINE < list && echo "$LINE"',
  good: 'read -r LINE < list && echo "$LINE"',
  find: ({ calls }) => {
    const call = calls.find((one) => one.name === 'read' && !hasFlag(one, 'r', 'N', 'n'));
    return say(call?.command.at, 'read takes backslashes away.');
  },
});

function oldGrep(name: string, code: string, option: string): BuildRule {
  return shellRule({
    id: `sh-${name}`,
    code,
    severity: 'negligible',
    title: `grep ${option} is called, not ${name}`,
    why: 'It is deprecated, and newer versions say so with each call.',
    fix: `Call grep ${option}.`,
    bad: `${name} 'a|b' list`,
    good: `grep ${option} 'a|b' list`,
    find: ({ calls }) => say(calls.find((one) => one.name === name)?.nameAt, `${name} is deprecated.`),
  });
}

export const egrep: BuildRule = oldGrep('egrep', 'SC2196', '-E');
export const fgrep: BuildRule = oldGrep('fgrep', 'SC2197', '-F');

export const testAnd: BuildRule = shellRule({
  id: 'sh-test-and',
  code: 'SC2166',
  severity: 'low',
  title: 'Tests are joined with && and ||, not -a and -o',
  why: 'POSIX marks -a and -o as obsolescent: what they mean depends on the values between them.',
  fix: 'Write [ a ] && [ b ].',
  bad: '[ -f a -a -f b ] && make',
  good: '[ -f a ] && [ -f b ] && make',
  find: ({ script }) => {
    for (const command of simpleCommands(script)) {
      if (nameOf(command) !== '[' && nameOf(command) !== 'test') continue;
      const at = command.words.findIndex((word, index) => index > 1 && /^-[ao]$/.test(literalText(word) ?? ''));
      const word = at < command.words.length - 2 ? command.words[at] : undefined;
      if (at > 1 && word !== undefined) return say(word.at, `${plainText(word)} joins two tests.`);
    }
    return undefined;
  },
});

export const uselessEcho: BuildRule = shellRule({
  id: 'sh-useless-echo',
  code: 'SC2005',
  severity: 'negligible',
  title: 'Commands print themselves',
  why: 'echo only prints again what the command would print, and loses its line ends.',
  fix: 'Call the command.',
  bad: 'echo "$(date)"',
  good: 'date',
  find: ({ script }) => {
    const found = simpleCommands(script).find((command) => {
      const [only, second] = command.words.slice(1);
      return nameOf(command) === 'echo' && only !== undefined && second === undefined && isOneCommand(only);
    });
    return say(found?.at, 'echo prints what the command would print.');
  },
});

/** The path of a file, also where only its directory is not known. */
function pathOf(word: ShellWord): string | undefined {
  const [first, ...rest] = word.parts;
  const expands = first?.kind === 'variable' || first?.kind === 'double' || first?.kind === 'command';
  const below = expands && rest.length > 0 ? literalText({ parts: rest }) : undefined;
  return literalText(word) ?? (below?.startsWith('/') ? below : undefined);
}

function isOneCommand({ parts }: ShellWord): boolean {
  const [only, second] = parts;
  const inner = only?.kind === 'double' ? only.parts : only === undefined ? [] : [only];
  return second === undefined && inner.length === 1 && inner[0]?.kind === 'command';
}

export const echoSubstitution: BuildRule = shellRule({
  id: 'sh-echo-substitution',
  code: 'SC2116',
  severity: 'negligible',
  title: 'No $(echo …)',
  why: 'What echo would print can be written at once.',
  fix: 'Leave echo out.',
  bad: 'NAME="$(echo "$HOME")" && export NAME',
  good: 'NAME="$HOME" && export NAME',
  find: ({ script }) => {
    const found = expansionsOf(script).find(({ part }) => {
      const [only, second] = part.kind === 'command' ? part.body : [];
      const args = argsOf(only);
      return (
        nameOf(only) === 'echo' &&
        second === undefined &&
        args.length === 1 &&
        !args[0]?.startsWith('-') &&
        !isGlobbed(only)
      );
    });
    return say(found?.part.at, 'echo only gives back what it is given.');
  },
});

function isGlobbed(statement: Statement | undefined): boolean {
  return (
    statement?.kind === 'simple' &&
    statement.words.some(({ parts }) => parts.some(({ kind }) => kind === 'glob' || kind === 'brace'))
  );
}

export const unquotedPattern: BuildRule = shellRule({
  id: 'sh-unquoted-pattern',
  code: 'SC2061',
  severity: 'medium',
  title: 'Patterns for find are in quotes',
  why: 'The shell replaces them where a file fits: find then looks for something else, or fails.',
  fix: "Write -name '*.o'.",
  bad: 'find . -name *.o -delete',
  good: "find . -name '*.o' -delete",
  find: ({ script }) => {
    for (const command of simpleCommands(script)) {
      if (nameOf(command) !== 'find') continue;
      const word = command.words.find(
        ({ parts }, index) =>
          parts.some(({ kind }) => kind === 'glob') &&
          /^-(?:i?name|i?path|i?wholename|i?lname)$/.test(plainText(command.words[index - 1] ?? { parts: [] })),
      );
      if (word !== undefined) return say(word.at, `The shell may replace ${plainText(word)}.`);
    }
    return undefined;
  },
});

export const variableAsFormat: BuildRule = shellRule({
  id: 'sh-variable-as-format',
  code: 'SC2059',
  severity: 'low',
  title: 'No variables in printf’s format',
  why: 'A percent sign or a backslash in the value is then taken for a format.',
  fix: 'Write printf \'%s\' "$NAME".',
  bad: 'printf "$HOME\\n"',
  good: 'printf \'%s\\n\' "$HOME"',
  find: ({ script }) => {
    for (const { word, statement } of usedWordsOf(script)) {
      if (statement.kind !== 'simple' || nameOf(statement) !== 'printf' || statement.words[1] !== word) continue;
      const text = plainText(word);
      if (
        text.includes('$' + '{') &&
        !text.includes('%') &&
        expansionsOf(script).some((one) => one.word === word && one.part.kind === 'variable')
      ) {
        return say(word.at, 'A variable stands in printf’s format.');
      }
    }
    return undefined;
  },
});

export const mkdirMode: BuildRule = shellRule({
  id: 'sh-mkdir-mode',
  code: 'SC2174',
  severity: 'low',
  title: 'mkdir -p -m is not relied on for parents',
  why: 'Only the last directory gets the mode: the others may be open to all.',
  fix: 'Make each directory by itself, or call chmod.',
  bad: 'mkdir -p -m 0700 /a/b/c',
  good: 'mkdir -p /a/b/c && chmod 0700 /a /a/b /a/b/c',
  find: ({ calls }) => {
    const call = calls.find(
      (one) =>
        one.name === 'mkdir' &&
        hasFlag(one, 'p', 'parents') &&
        hasFlag(one, 'm', 'mode') &&
        operands(one, ['m', 'mode']).some(({ text }) => /[^/]\/[^/]/.test(text)),
    );
    return say(call?.command.at, 'Only the last directory gets the mode.');
  },
});
