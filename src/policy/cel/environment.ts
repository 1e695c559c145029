import { Environment } from '@marcbachmann/cel-js';
import { NEVER_COLLECTED } from '#policy/facts/facts.ts';
import type { CheckExpression } from '#policy/load/load-policy.ts';

/** What one expression may be: a person wrote it. */
const LIMITS = { maxAstNodes: 2_000, maxDepth: 64, maxListElements: 500, maxMapEntries: 500, maxCallArguments: 32 };

/** Names that every expression may use. */
const NAMES = ['object', 'params', 'request'] as const;

/** Parses and runs expressions. Their values: `object` (the facts), `variables`, `now` (a timestamp). */
export function celEnvironment(): Environment {
  const environment = new Environment({ limits: LIMITS });
  for (const name of NAMES) environment.registerVariable(name, 'dyn');
  return environment.registerVariable('variables', 'dyn').registerVariable('now', 'google.protobuf.Timestamp');
}

const MOST_CHARACTERS = 20_000;

/** Says what is wrong with an expression: it does not parse, has a type error, or names what is not there. */
export function expressionChecker(): CheckExpression {
  const environment = celEnvironment();
  return (expression, variables) => {
    if (expression.length > MOST_CHARACTERS)
      return `The expression has ${expression.length} characters; at most ${MOST_CHARACTERS} are read.`;
    try {
      const checked = environment.check(expression);
      if (checked.valid !== true) return faultOf(checked.error);
    } catch (error) {
      return faultOf(error);
    }
    for (const [, name = ''] of expression.matchAll(/\bvariables\.([A-Za-z_]\w*)/g)) {
      if (!variables.includes(name)) return `No variable ${name} comes before this expression.`;
    }
    const never = [...NEVER_COLLECTED].find((name) => new RegExp(`\\bobject\\.${name}\\b`).test(expression));
    return never === undefined ? undefined : `It needs object.${never}, which this program does not collect.`;
  };
}

function faultOf(error: unknown): string {
  const said = error instanceof Error ? error.message : String(error);
  const [first = ''] = said.split('\n');
  // The library shows the line with a caret below it.
  const caret = /^( *>? *(\d+) \| )(.*)\n( *)\^/m.exec(said);
  const column = caret === null ? 0 : (caret[4]?.length ?? 0) - (caret[1]?.length ?? 0) + 1;
  const line = Number(caret?.[2] ?? 1) > 1 ? ` in its line ${caret?.[2]}` : ' of the expression';
  return `${first}${column > 0 ? `, at character ${column}${line}` : ''}.`;
}
