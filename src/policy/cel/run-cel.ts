import type { Environment, ParseResult } from '@marcbachmann/cel-js';
import type { Activation } from '#policy/cel/activation.ts';
import { celEnvironment } from '#policy/cel/environment.ts';
import type { CelOutcome, ValidationOutcome } from '#policy/cel/outcome.ts';
import type { CelPart } from '#policy/policy.ts';

/** A policy's expressions, parsed once. */
export interface CelProgram {
  /** How it ends is for the caller to see to: an expression may take very long. Never throws. */
  run(object: Activation, now: Date): CelOutcome;
}

type Run = (context: Record<string, unknown>) => unknown;

/** Parses a policy's CEL, which has been checked. */
export function celProgram(part: CelPart, environment: Environment = celEnvironment()): CelProgram {
  const parsed = (expression: string): Run => environment.parse(expression) as ParseResult as unknown as Run;
  const variables = part.variables.map(({ name, expression }) => ({ name, run: parsed(expression) }));
  const conditions = part.matchConditions.map(({ name, expression }) => ({ name, run: parsed(expression) }));
  const validations = part.validations.map(({ expression, message, messageExpression }) => ({
    expression,
    message,
    run: parsed(expression),
    words: messageExpression === undefined ? undefined : parsed(messageExpression),
  }));
  return {
    run: (object, now) => {
      const values: Record<string, unknown> = {};
      const context = { object, now, params: {}, request: {}, variables: values };
      try {
        for (const { name, run } of variables) {
          // Kubernetes evaluates a variable when it is used: one that fails harms only who uses it.
          try {
            values[name] = run(context);
          } catch {
            delete values[name];
          }
        }
        for (const { run } of conditions) if (run(context) !== true) return { kind: 'does-not-match' };
      } catch (error) {
        return { kind: 'failed', message: firstLine(error) };
      }
      return { kind: 'judged', validations: validations.map((one) => validate(one, context)) };
    },
  };
}

interface Validation {
  readonly expression: string;
  readonly message: string | undefined;
  readonly run: Run;
  readonly words: Run | undefined;
}

function validate(
  { expression, message, run, words }: Validation,
  context: Record<string, unknown>,
): ValidationOutcome {
  try {
    const held = run(context);
    if (held === true) return { kind: 'holds' };
    if (held !== false) return { kind: 'failed', message: `${expression} gives neither true nor false` };
  } catch (error) {
    return { kind: 'failed', message: `${oneLine(expression)}: ${firstLine(error)}` };
  }
  let said = message ?? `It does not hold: ${oneLine(expression)}`;
  try {
    const found = words?.(context);
    // As in Kubernetes: what is no text, or an empty one, leaves the message.
    if (typeof found === 'string' && found.trim() !== '') said = oneLine(found);
  } catch {
    // The same.
  }
  return { kind: 'does-not-hold', message: said.slice(0, 1000) };
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]?.slice(0, 500) ?? '';
}
