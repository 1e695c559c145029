import { Environment } from '@marcbachmann/cel-js';
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

/** Says what is wrong with an expression: it does not parse, has a type error, or names a variable that is not there yet. */
export function expressionChecker(): CheckExpression {
  const environment = celEnvironment();
  return (expression, variables) => {
    if (expression.length > 20_000)
      return { message: `The expression has ${expression.length} characters; at most 20000 are read.`, line: 1 };
    try {
      const checked = environment.check(expression);
      if (checked.valid !== true) return faultOf(checked.error);
    } catch (error) {
      return faultOf(error);
    }
    for (const [, name = ''] of expression.matchAll(/\bvariables\.([A-Za-z_]\w*)/g)) {
      if (!variables.includes(name)) return { message: `No variable ${name} comes before this expression.`, line: 1 };
    }
    const never = /\bobject\.(secrets|malware|trust)\b/.exec(expression)?.[1];
    return never === undefined
      ? undefined
      : { message: `The expression needs object.${never}, which this program does not collect.`, line: 1 };
  };
}

function faultOf(error: unknown): { readonly message: string; readonly line: number } {
  const said = error instanceof Error ? error.message : String(error);
  const [first = ''] = said.split('\n');
  // The library shows the line with a caret below it.
  const caret = /^( *>? *\d+ \| )(.*)\n( *)\^/m.exec(said);
  const column = caret === null ? 0 : (caret[3]?.length ?? 0) - (caret[1]?.length ?? 0) + 1;
  return { message: `${first}${column > 0 ? `, at character ${column} of the expression` : ''}.`, line: 1 };
}
