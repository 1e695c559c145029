import type { RuleParameters } from '#policy/rules/parameters.ts';
import { type BuiltInRule, collected, HOLDS } from '#policy/rules/rule.ts';

/** What rules over findings ask for where their policy says nothing of it. */
export const IMPLIED_COVERAGE: RuleParameters['coverage'] = { atLeast: 90 };

const MOST_GAPS = 5;
const COMPARED = new Set(['covered', 'not-affected']);

/** Enough was compared for an answer. Where it was not, the answer is unknown: nothing bad was found, nor could it be. */
export const coverageRule: BuiltInRule<RuleParameters['coverage']> = {
  id: 'coverage',
  title: 'Enough packages were compared with advisories',
  why: 'No finding in what nobody publishes advisories for says nothing.',
  needs: ['coverage'],
  check: (context, { atLeast }) => {
    const lines = collected(context, 'coverage');
    let all = 0;
    let compared = 0;
    for (const { state, packages } of lines) {
      all += packages;
      if (COMPARED.has(state)) compared += packages;
    }
    const share = all === 0 ? 0 : (compared / all) * 100;
    if (share >= atLeast) return HOLDS;
    const gaps = new Map<string, number>();
    for (const { subject, state, packages } of lines) {
      const gap = `${subject} ${state}`;
      if (!COMPARED.has(state)) gaps.set(gap, (gaps.get(gap) ?? 0) + packages);
    }
    const worst = [...gaps].sort(([, a], [, b]) => b - a).slice(0, MOST_GAPS);
    const what = worst.map(([gap, packages]) => `${gap} ${packages}`).join(', ');
    const sentence =
      all === 0
        ? 'No package was recognised, so that nothing could be compared.'
        : `${compared} of ${all} packages were compared with advisories (${Math.floor(share)} %, ${atLeast} % are asked for): ${what}.`;
    const hint = 'Load the advisories that are missing (holdfast db update), or ask for less.';
    return { failures: [], missing: [{ sentence, hint }] };
  },
};
