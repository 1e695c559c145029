import { readTime } from '#policy/read-time.ts';
import type { RuleParameters } from '#policy/rules/parameters.ts';
import { type BuiltInRule, collected, HOLDS } from '#policy/rules/rule.ts';

const DAY_MS = 24 * 3_600_000;

/** Days between a time and now, undefined where there is no such time. */
function daysSince(time: string | null, now: number): number | undefined {
  const from = readTime(time);
  return Number.isNaN(from) ? undefined : (now - from) / DAY_MS;
}

/** The image was built lately. */
export const imageAgeRule: BuiltInRule<RuleParameters['image-age']> = {
  id: 'image-age',
  title: 'The image is not too old',
  why: 'What is not rebuilt gets no fixes.',
  needs: ['image'],
  check: (context, { days }) => {
    const { created, reference } = collected(context, 'image');
    const age = daysSince(created, context.now);
    if (age === undefined) {
      return { failures: [], missing: [{ sentence: `${reference} does not say when it was built.` }] };
    }
    if (age <= days) return HOLDS;
    const sentence = `${reference} was built ${Math.floor(age)} days ago; at most ${days} are allowed.`;
    return {
      failures: [{ severity: 'medium', sentence, fix: 'Build it again on a current base image.' }],
      missing: [],
    };
  },
};

/** The advisories are of these days. */
export const advisoriesAgeRule: BuiltInRule<RuleParameters['advisories-age']> = {
  id: 'advisories-age',
  title: 'The advisories are not too old',
  why: 'What became known since they were made is not found.',
  needs: ['advisories'],
  check: (context, { days }) => {
    const { builtAt } = collected(context, 'advisories');
    const age = daysSince(builtAt, context.now);
    if (age !== undefined && age <= days) return HOLDS;
    const sentence = `The advisories are of ${builtAt.slice(0, 10)}; at most ${days} days are allowed.`;
    return { failures: [], missing: [{ sentence, hint: 'holdfast db update' }] };
  },
};
