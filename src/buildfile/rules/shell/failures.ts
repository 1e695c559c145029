import type { BuildRule } from '#buildfile/rule.ts';
import { shellRule } from '#buildfile/rules/shell/shell-rule.ts';
import { argsOf, nameOf, say } from '#buildfile/rules/shell/words-of.ts';
import type { Script, Statement } from '#buildfile/shell/ast.ts';
import { simpleCommands, statementsOf } from '#buildfile/shell/walk.ts';

export const notIfThenElse: BuildRule = shellRule({
  id: 'sh-not-if-then-else',
  code: 'SC2015',
  severity: 'low',
  title: 'A && B || C is not taken for if, then, else',
  why: 'C also runs where A succeeds and B fails: a failure is hidden, or both happen.',
  fix: 'Write if A; then B; else C; fi.',
  bad: 'test -f a && cp a b || touch b',
  good: 'if test -f a; then cp a b; else touch b; fi',
  find: ({ script }) => {
    for (const statement of statementsOf(script)) {
      if (statement.kind !== 'and-or') continue;
      const { rest } = statement;
      const at = rest.findIndex(({ operator, statement: last }, index) => {
        const before = rest[index - 1];
        return operator === '||' && before?.operator === '&&' && !neverFails(last) && !neverFails(before.statement);
      });
      const found = rest[at];
      if (found !== undefined && !isCondition(statement, script)) {
        return say(found.statement.at, 'What follows || also runs where what follows && fails.');
      }
    }
    return undefined;
  },
});

function neverFails(statement: Statement): boolean {
  if (statement.kind !== 'simple') return false;
  return statement.words.length === 0 || ['echo', 'exit', 'return', 'printf'].includes(nameOf(statement));
}

function isCondition(statement: Statement, script: Script): boolean {
  return statementsOf(script).some(
    (one) =>
      one.kind === 'compound' &&
      ['if', 'while', 'until'].includes(one.construct) &&
      one.bodies.some((body, index) => index % 2 === 0 && body.at(-1) === statement && index < one.bodies.length - 1),
  );
}

export const uncheckedCd: BuildRule = shellRule({
  id: 'sh-unchecked-cd',
  code: 'SC2164',
  severity: 'medium',
  title: 'Nothing goes on in the wrong directory',
  why: 'Where cd fails, what follows happens elsewhere: files of another directory are changed or removed.',
  fix: 'Write cd DIRECTORY && …, or || exit 1; or set WORKDIR.',
  bad: 'cd /src; make',
  good: 'cd /src && make',
  find: ({ script, calls }) => {
    const stops = calls.some(
      ({ name, args }) => name === 'set' && args.some(({ text }) => /^-[a-z]*e/.test(text) || text === 'errexit'),
    );
    if (stops) return undefined;
    const looked = lookedAt(script);
    const found = simpleCommands(script).find(
      (command) =>
        ['cd', 'pushd', 'popd'].includes(nameOf(command)) &&
        !looked.has(command) &&
        !['..', '.', '/', ''].includes(argsOf(command)[0] ?? (nameOf(command) === 'cd' ? '' : 'x')) &&
        !/^(?:\.\.\/?)+$/.test(argsOf(command)[0] ?? ''),
    );
    return say(found?.at, 'What follows goes on where cd fails.');
  },
});

/** Statements whose failure something else goes by: a chain, a condition, a function's caller. */
function lookedAt(script: Script): ReadonlySet<Statement> {
  const looked = new Set<Statement>();
  const add = (statements: readonly Statement[]) => {
    for (const statement of statements) looked.add(statement);
  };
  for (const one of statementsOf(script)) {
    if (one.kind === 'and-or') add([one.first, ...one.rest.map(({ statement }) => statement)]);
    if (one.kind === 'pipeline' && one.negated) add(one.parts);
    if (one.kind !== 'compound') continue;
    const conditional = ['if', 'while', 'until'].includes(one.construct);
    if (conditional) for (const body of one.bodies.filter((_, index) => index % 2 === 0)) add(body);
    if (one.construct === 'function') for (const body of one.bodies) add(body.slice(-1));
  }
  return looked;
}

export const cdBack: BuildRule = shellRule({
  id: 'sh-cd-back',
  code: 'SC2103',
  severity: 'low',
  title: 'A subshell comes back by itself, not cd ..',
  why: 'Where the first cd failed, cd .. leaves the directory that one was in.',
  fix: 'Write (cd DIRECTORY && …).',
  bad: 'cd /src/a; make; cd ..; make',
  good: '(cd /src/a && make) && make',
  find: ({ script, calls }) => {
    const stops = calls.some(({ name, args }) => name === 'set' && args.some(({ text }) => /^-[a-z]*e/.test(text)));
    if (stops) return undefined;
    const found = script.body.find((one, index) => index > 0 && nameOf(one) === 'cd' && argsOf(one)[0] === '..');
    const before = script.body.some((one) => nameOf(one) === 'cd' && !/^\.\.|^$/.test(argsOf(one)[0] ?? ''));
    return before ? say(found?.at, 'cd .. is to come back from where a cd before went.') : undefined;
  },
});
