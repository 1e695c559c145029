import { periodOf } from '#volume/retention/periods.ts';
import {
  COUNTED_RULES,
  type CountedRule,
  earlier,
  parseWithin,
  type RetentionPolicy,
} from '#volume/retention/policy.ts';

/** A snapshot as the rules see it. */
export interface Timed {
  readonly id: string;
  readonly timeMs: number;
}

/** Why a rule keeps a snapshot, or does not. */
export interface RuleReason {
  readonly rule: CountedRule | 'within' | 'none';
  readonly sentence: string;
}

/** What the rules say of a snapshot. */
export interface Choice {
  readonly keep: boolean;
  /** Of keeping those of the rules that keep it; else those of all rules. */
  readonly reasons: readonly [RuleReason, ...RuleReason[]];
}

interface Counter {
  readonly rule: CountedRule;
  readonly count: number;
  left: number;
  /** The period of the one that was kept before. */
  last: string | undefined;
}

/**
 * The choice that `restic forget` makes of one group with these rules (0.14 and newer): the newest of each period, and the
 * oldest of all where a rule has counts left.
 * @returns by id
 */
export function chooseByPolicy(snapshots: readonly Timed[], policy: RetentionPolicy): ReadonlyMap<string, Choice> {
  const sorted = snapshots.toSorted((a, b) => b.timeMs - a.timeMs || (a.id < b.id ? -1 : 1));
  const counters = COUNTED_RULES.flatMap((rule): Counter[] => {
    const count = policy[rule];
    return count === undefined ? [] : [{ rule, count, left: count, last: undefined }];
  });
  const newestMs = sorted[0]?.timeMs ?? 0;
  const sinceMs = policy.within === undefined ? undefined : earlier(newestMs, parseWithin(policy.within));
  const choices = new Map<string, Choice>();
  for (const [index, { id, timeMs }] of sorted.entries()) {
    const isOldest = index === sorted.length - 1;
    const keeps: RuleReason[] = [];
    const passes: RuleReason[] = [];
    if (sinceMs !== undefined) {
      const inside = timeMs > sinceMs;
      const sentence = `${inside ? 'not older' : 'older'} than ${policy.within}, from the newest one on`;
      (inside ? keeps : passes).push({ rule: 'within', sentence });
    }
    for (const counter of counters) {
      const { kept, sentence } = take(counter, index, timeMs, isOldest);
      (kept ? keeps : passes).push({ rule: counter.rule, sentence });
    }
    choices.set(id, choiceOf(keeps, passes));
  }
  return choices;
}

function take(counter: Counter, index: number, timeMs: number, isOldest: boolean) {
  const { rule, count, left, last } = counter;
  const period = rule === 'last' ? String(index) : periodOf(rule, timeMs);
  if (left === 0) {
    const full = rule === 'last' ? `the last ${count} are newer` : `${rule} ${count}: as many newer ones are kept`;
    return { kept: false, sentence: full };
  }
  const isSame = period === last;
  if (isSame && !isOldest) return { kept: false, sentence: `${rule} ${count}: a newer one of ${period} is kept` };
  counter.left -= 1;
  counter.last = period;
  if (rule === 'last') return { kept: true, sentence: `one of the last ${count}` };
  const why = isSame ? 'the oldest one, as there are fewer' : `the newest of ${period}`;
  return { kept: true, sentence: `${rule} ${count}: ${why}` };
}

function choiceOf([first, ...more]: readonly RuleReason[], passes: readonly RuleReason[]): Choice {
  if (first !== undefined) return { keep: true, reasons: [first, ...more] };
  const [why, ...others] = passes;
  if (why === undefined) return { keep: true, reasons: [{ rule: 'none', sentence: 'the policy has no rules' }] };
  return { keep: false, reasons: [why, ...others] };
}
