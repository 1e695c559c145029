import type { CelOutcome } from '#policy/cel/outcome.ts';
import { evaluate } from '#policy/evaluate.ts';
import type { Evaluation } from '#policy/evaluation.ts';
import type { Policy } from '#policy/policy.ts';
import type { Verdict } from '#policy/verdict.ts';

/**
 * The verdict over a kept evaluation: with its own policies the same as then, with others what they would have said. Its
 * facts, waivers and clock count, whatever is known today.
 * @param cel what the CEL of the policies says over its facts
 */
export function judgeAgain(
  { facts, waivers, baseline, now }: Evaluation,
  policies: readonly Policy[],
  cel: ReadonlyMap<string, CelOutcome>,
): Verdict {
  return evaluate({
    ...{ facts, policies, waivers, cel },
    baseline: baseline === null ? undefined : new Set(baseline),
    now: Date.parse(now),
  });
}
