import type { RuleFacts } from '#core/rule.ts';
import type { Fact, HostFacts } from '#workload/host/host-facts.ts';

/** How a check of the host came out. */
export interface HostAnswer {
  /** `unknown`: it could not be looked at, or only a person can say. */
  readonly outcome: 'pass' | 'fail' | 'not-applicable' | 'unknown';
  /** What was seen, or why nothing was; one sentence. */
  readonly sentence: string;
  /** Only a person can say: it is no fault of this run. */
  readonly manual?: true;
}

/** A recommendation of the CIS Docker Benchmark 1.6, by its number; the words are ours. */
export interface HostCheck extends RuleFacts {
  readonly cis: string;
  /** What to do where it fails. */
  readonly fix: string;
  readonly judge: (facts: HostFacts) => HostAnswer;
}

export const pass = (sentence: string): HostAnswer => ({ outcome: 'pass', sentence });
export const fail = (sentence: string): HostAnswer => ({ outcome: 'fail', sentence });
export const notApplicable = (sentence: string): HostAnswer => ({ outcome: 'not-applicable', sentence });
export const unknown = (sentence: string): HostAnswer => ({ outcome: 'unknown', sentence });
export const forPeople = (sentence: string): HostAnswer => ({ outcome: 'unknown', sentence, manual: true });

/** Judges by a fact; unknown where it was not to be had. */
export function given<T>(fact: Fact<T>, judge: (value: T) => HostAnswer): HostAnswer {
  return fact.state === 'collected' ? judge(fact.value) : unknown(fact.why);
}
