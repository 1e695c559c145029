import { activationOf } from '#policy/cel/activation.ts';
import { expressionChecker } from '#policy/cel/environment.ts';
import { celProgram } from '#policy/cel/run-cel.ts';
import { evaluate } from '#policy/evaluate.ts';
import { NOW } from '#policy/facts/facts.fixture.ts';
import type { Facts } from '#policy/facts/facts.ts';
import { loadPolicy } from '#policy/load/load-policy.ts';
import { readYamlFile } from '#policy/load/yaml-file.ts';
import type { Policy } from '#policy/policy.ts';
import type { Verdict } from '#policy/verdict.ts';
import type { Waiver } from '#policy/waiver/waiver-shape.ts';

/** A policy from what follows its name. */
export function policyOf(body: string, name = 'test'): Policy {
  const text = `apiVersion: holdfast/v1\nkind: Policy\nname: ${name}\n${body}`;
  return policyFrom(text, `${name}.yaml`);
}

/** A policy from its text. */
export function policyFrom(text: string, file = 'p.yaml'): Policy {
  return loadPolicy(readYamlFile(text, file, 'POLICY_INVALID'), text, file, expressionChecker());
}

/** A policy of one built-in rule and nothing else: no coverage comes along. */
export function ruleOf(line: string): Policy {
  const policy = policyOf(`rules:\n  - ${line}\n`);
  return { ...policy, rules: policy.rules.filter(({ implied }) => implied !== true) };
}

export interface Judging {
  readonly waivers?: readonly Waiver[];
  readonly baseline?: ReadonlySet<string>;
}

/** Judges facts here and now; CEL runs in this thread. */
export function judge(facts: Facts, policies: readonly Policy[], { waivers = [], baseline }: Judging = {}): Verdict {
  const cel = new Map(
    policies.flatMap(({ name, cel: part }) =>
      part === undefined ? [] : [[name, celProgram(part).run(activationOf(facts, NOW), new Date(NOW))] as const],
    ),
  );
  return evaluate({ facts, policies, waivers, baseline, now: NOW, cel });
}

/** Reasons of a verdict, as sentences. */
export function sentences(verdict: Verdict): readonly string[] {
  return verdict.decision === 'deny' ? verdict.reasons.map(({ sentence }) => sentence) : [];
}
