import type { Position } from '#core/position.ts';
import type { Severity } from '#core/severity.ts';
import type { FactName, Facts } from '#policy/facts/facts.ts';

/** A fact's value, for rules whose `needs` name it. */
export type Collected<Name extends FactName> = Extract<Facts[Name], { state: 'collected' }>['value'];

/** What a rule may look at. */
export interface RuleContext {
  readonly facts: Facts;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Findings of the report to compare with, as `id purl-without-version`; undefined when there is none. */
  readonly baseline: ReadonlySet<string> | undefined;
}

/** What a rule has to say: what does not hold, and what could not be told. Nothing: it holds. */
export interface RuleOutcome {
  readonly failures: readonly Failure[];
  readonly missing: readonly { readonly sentence: string; readonly hint?: string }[];
  /** Ids of flaws whose days of grace could not be counted from where the policy says. */
  readonly undated?: Undated | undefined;
}

/** Flaws that have no date: of the fix that is known, or of when they were first seen. */
export interface Undated {
  readonly what: 'fix' | 'first-seen';
  readonly ids: readonly string[];
}

export interface Failure {
  readonly severity: Severity;
  readonly sentence: string;
  readonly fix?: string;
  readonly positions?: readonly Position[];
  readonly evidence?: string;
  readonly vulnerability?: string;
  /** Its other ids. */
  readonly aliases?: readonly string[];
  readonly package?: string;
  readonly purl?: string;
}

/** A rule that policies name, with parameters. */
export interface BuiltInRule<Parameters = never> {
  readonly id: string;
  readonly title: string;
  readonly why: string;
  readonly needs: readonly FactName[];
  /** A failure that is seen in a part of what it needs is certain, whatever the rest would be. */
  readonly sure?: true;
  readonly check: (context: RuleContext, parameters: Parameters) => RuleOutcome;
}

/** It holds. */
export const HOLDS: RuleOutcome = { failures: [], missing: [] };

/** A fact that `needs` promises; for a rule that is `sure`, maybe a part of it. */
export function collected<Name extends FactName>({ facts }: RuleContext, name: Name): Collected<Name> {
  const fact = facts[name];
  if (fact.state === 'collected') return fact.value as Collected<Name>;
  if (fact.state === 'failed' && fact.partial !== undefined) return fact.partial as Collected<Name>;
  throw new Error(`the rule needs ${name} and does not say so`);
}
