import { HoldfastError } from '#core/errors.ts';
import type { RuleFacts } from '#core/rule.ts';

export interface RuleChoice {
  /** Ids of rules, ours or those of a standard (`DL3008`, `5.4`); empty: all. */
  readonly only: readonly string[];
  readonly skip: readonly string[];
}

/**
 * Which rules speak.
 * @throws `USAGE` for an id that no rule has
 */
export function selectRules(rules: readonly RuleFacts[], { only, skip }: RuleChoice): (rule: string) => boolean {
  const chosen = only.length === 0 ? undefined : idsOf(rules, only);
  const skipped = idsOf(rules, skip);
  return (rule) => (chosen === undefined || chosen.has(rule)) && !skipped.has(rule);
}

function idsOf(rules: readonly RuleFacts[], names: readonly string[]): ReadonlySet<string> {
  return new Set(
    names.flatMap((name) => {
      const meant = rules.filter(({ id, elsewhere }) => id === name || elsewhere.some((other) => other.id === name));
      if (meant.length > 0) return meant.map(({ id }) => id);
      const hint = 'docs/reference lists the rules; the ids of hadolint, CIS and others are understood as well.';
      throw new HoldfastError('USAGE', `No rule is called ${JSON.stringify(name)}`, { kind: 'usage', hint });
    }),
  );
}
