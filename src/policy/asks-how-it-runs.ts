import type { FactName } from '#policy/facts/facts.ts';
import type { Policy } from '#policy/policy.ts';

const RUN: ReadonlySet<FactName> = new Set(['workload', 'data']);

/** Whether a policy looks at more than an image: how it is run, or what its containers keep. In doubt, yes. */
export function asksHowItRuns({ rules, cel }: Pick<Policy, 'rules' | 'cel'>): boolean {
  if (rules.some(({ rule, mode }) => mode !== 'off' && rule.needs.some((need) => RUN.has(need)))) return true;
  const expressions = [cel?.variables ?? [], cel?.matchConditions ?? [], cel?.validations ?? []].flat();
  return expressions.some(({ expression }) => /\b(?:workload|data)\b/.test(expression));
}
