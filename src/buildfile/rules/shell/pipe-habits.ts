import type { BuildRule } from '#buildfile/rule.ts';
import { type ShellSubject, shellRule } from '#buildfile/rules/shell/shell-rule.ts';
import { argsOf, nameOf, say } from '#buildfile/rules/shell/words-of.ts';
import type { Range, Statement } from '#buildfile/shell/ast.ts';
import { statementsOf } from '#buildfile/shell/walk.ts';

/** Two neighbours in a pipe. */
function inPipe(
  { script }: ShellSubject,
  fits: (left: Statement, right: Statement, index: number, parts: readonly Statement[]) => boolean,
): Range | undefined {
  for (const statement of statementsOf(script)) {
    if (statement.kind !== 'pipeline') continue;
    const { parts } = statement;
    const at = parts.findIndex((left, index) => {
      const right = parts[index + 1];
      return right !== undefined && fits(left, right, index, parts);
    });
    const left = parts[at];
    if (left !== undefined) return left.at;
  }
  return undefined;
}

export const uselessCat: BuildRule = shellRule({
  id: 'sh-useless-cat',
  code: 'SC2002',
  severity: 'negligible',
  title: 'Programs read files themselves',
  why: 'cat only copies the file; and where it fails, nobody looks.',
  fix: 'Write program < file, or program file.',
  bad: 'cat list | sort > sorted',
  good: 'sort list > sorted',
  find: (subject) =>
    say(
      inPipe(subject, (left, _, index) => {
        const args = argsOf(left);
        const [file = ''] = args;
        return (
          index === 0 && nameOf(left) === 'cat' && args.length === 1 && !/^-|[*?$]/.test(file) && !hasRedirect(left)
        );
      }),
      'cat hands one file to the next program.',
    ),
});

function hasRedirect(statement: Statement): boolean {
  return statement.kind === 'simple' && statement.redirects.length > 0;
}

export const findIntoXargs: BuildRule = shellRule({
  id: 'sh-find-into-xargs',
  code: 'SC2038',
  severity: 'medium',
  title: 'find hands names to xargs with -print0',
  why: 'Names with blanks become several arguments.',
  fix: 'Write find … -print0 | xargs -0 …, or -exec … +.',
  bad: "find . -name '*.o' | xargs rm",
  good: "find . -name '*.o' -print0 | xargs -0 rm",
  find: (subject) =>
    say(
      inPipe(subject, (left, right) => {
        const args = argsOf(left);
        const zero = args.includes('-print0') || args.includes('-printf') || args.some((one) => /^-exec/.test(one));
        const taken = argsOf(right).some((one) => /^-[a-zA-Z]*0|^--null$|^-I|^-d|^--delimiter/.test(one));
        return nameOf(left) === 'find' && nameOf(right) === 'xargs' && !zero && !taken;
      }),
      'Names with blanks become several arguments of xargs.',
    ),
});

export const lsIntoGrep: BuildRule = shellRule({
  id: 'sh-ls-into-grep',
  code: 'SC2010',
  severity: 'low',
  title: 'Patterns choose files, not ls | grep',
  why: 'What ls prints is for people: names with blanks or line ends come out wrong.',
  fix: 'Use a pattern, or find.',
  bad: 'ls | grep jar',
  good: 'find . -name "*jar*"',
  find: (subject) =>
    say(
      inPipe(subject, (left, right) => nameOf(left) === 'ls' && /^[ef]?grep$/.test(nameOf(right))),
      'grep looks through what ls prints.',
    ),
});

export const lsIntoOthers: BuildRule = shellRule({
  id: 'sh-ls-into-others',
  code: 'SC2012',
  severity: 'low',
  title: 'find lists files for programs, not ls',
  why: 'What ls prints is for people: names with blanks or line ends come out wrong.',
  fix: 'Use find, or a pattern.',
  bad: 'ls | wc -l',
  good: 'find . -type f -print | wc -l',
  find: (subject) =>
    say(
      inPipe(subject, (left, right) => {
        if (nameOf(left) !== 'ls') return false;
        return !/^[ef]?grep$|^xargs$/.test(nameOf(right)) && !argsOf(left).some((one) => /^-[a-zA-Z]*[dN]/.test(one));
      }),
      'A program takes apart what ls prints.',
    ),
});

export const grepCount: BuildRule = shellRule({
  id: 'sh-grep-count',
  code: 'SC2126',
  severity: 'negligible',
  title: 'grep -c counts, not grep | wc -l',
  why: 'One program does what two do.',
  fix: 'Write grep -c.',
  bad: 'grep a list | wc -l',
  good: 'grep -c a list',
  find: (subject) =>
    say(
      inPipe(
        subject,
        (left, right) =>
          nameOf(left) === 'grep' &&
          nameOf(right) === 'wc' &&
          argsOf(right).join(' ') === '-l' &&
          !argsOf(left).some((one) => /^-[a-zA-Z]*[orRlLABC]/.test(one)),
      ),
      'wc counts what grep finds.',
    ),
});
