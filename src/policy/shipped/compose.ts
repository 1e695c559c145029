import type { Policy, PolicyRule } from '#policy/policy.ts';
import { RULES } from '#policy/rules/list.ts';
import type { ShippedPolicy, ShippedRule } from '#policy/shipped/shipped-policy.ts';
import type { Mode } from '#policy/verdict.ts';

/**
 * A shipped policy, ready to judge: the same that reading its text gives, as a test shows. What is our own is not read and
 * checked in every run; that costs more than judging by it.
 */
export function composeShipped({ text, value }: ShippedPolicy): Policy {
  const { name, description, mode, whenUnknown, rules } = value;
  return {
    ...{ name, description, mode, whenUnknown, text },
    match: { images: [], environments: [], kinds: [] },
    rules: rules.map((entry) => ruleOf(entry, mode)),
    cel: undefined,
  };
}

function ruleOf({ rule: id, mode, ...parameters }: ShippedRule, own: Mode): PolicyRule {
  const rule = RULES.find((one) => one.id === id);
  if (rule === undefined) throw new Error(`a shipped policy names ${id}, which is no rule`);
  return { rule, parameters, mode: mode ?? own };
}
