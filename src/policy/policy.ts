import type { BuiltInRule } from '#policy/rules/rule.ts';
import type { Mode, WhenUnknown } from '#policy/verdict.ts';

/** A policy that was read and holds together. */
export interface Policy {
  readonly name: string;
  readonly description?: string;
  readonly match: PolicyMatch;
  readonly mode: Mode;
  readonly whenUnknown: WhenUnknown;
  readonly rules: readonly PolicyRule[];
  readonly cel: CelPart | undefined;
  /** As it was written: what an evaluation keeps. */
  readonly text: string;
}

/** Which subjects it is for; without patterns, all. */
export interface PolicyMatch {
  readonly images: readonly string[];
  readonly environments: readonly string[];
  readonly kinds: readonly string[];
}

/** A built-in rule with its parameters. */
export interface PolicyRule {
  readonly rule: BuiltInRule<unknown>;
  readonly parameters: unknown;
  /** The policy's, unless the rule has its own. */
  readonly mode: Mode;
  /** It stands in no file, and is asked all the same. */
  readonly implied?: true;
}

/** Rules of the user's own, in the form of Kubernetes' ValidatingAdmissionPolicy (`admissionregistration.k8s.io/v1`, `spec`). */
export interface CelPart {
  readonly variables: readonly { readonly name: string; readonly expression: string }[];
  readonly matchConditions: readonly { readonly name: string; readonly expression: string }[];
  readonly validations: readonly CelValidation[];
  /** What an evaluation that failed means: a rule that does not hold, or nothing but a warning. */
  readonly failurePolicy: 'Fail' | 'Ignore';
}

export interface CelValidation {
  readonly expression: string;
  readonly message?: string | undefined;
  readonly messageExpression?: string | undefined;
  readonly reason?: string | undefined;
}
