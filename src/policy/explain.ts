import { parametersSchema } from '#policy/load/policy-schema.ts';
import type { Policy, PolicyRule } from '#policy/policy.ts';
import type { Mode } from '#policy/verdict.ts';

/** A rule of a policy in words. */
export interface ExplainedRule {
  readonly rule: string;
  readonly mode: Mode;
  readonly title: string;
  readonly why: string;
  /** It stands in no file, and is asked all the same. */
  readonly implied: boolean;
  readonly parameters: readonly { readonly name: string; readonly value: string; readonly meaning: string }[];
}

/** The built-in rules of a policy in words, with what their parameters mean. */
export function explainRules(policy: Policy): readonly ExplainedRule[] {
  return policy.rules.map((one) => ({
    rule: one.rule.id,
    mode: policy.mode === 'enforce' || one.mode === 'off' ? one.mode : policy.mode,
    title: one.rule.title,
    why: one.rule.why,
    implied: one.implied === true,
    parameters: parametersOf(one),
  }));
}

function parametersOf({ rule, parameters }: PolicyRule): ExplainedRule['parameters'] {
  const { properties } = parametersSchema(rule.id);
  return Object.entries(parameters as Readonly<Record<string, unknown>>).map(([name, value]) => ({
    name,
    value: typeof value === 'string' ? value : JSON.stringify(value),
    meaning: String(properties[name]?.['description'] ?? ''),
  }));
}
