import * as z from 'zod/mini';
import { type BuiltInRule, collected, HOLDS } from '#policy/rules/rule.ts';

const parameters = z.strictObject({
  /** Per cent of the packages that must have been compared with advisories. */
  atLeast: z.number().check(z.minimum(0), z.maximum(100)),
});

const COMPARED = new Set(['covered', 'not-affected']);

/** Enough was compared for an answer. Where it was not, the answer is unknown: nothing bad was found, nor could it be. */
export const coverageRule: BuiltInRule<z.infer<typeof parameters>> = {
  id: 'coverage',
  title: 'Enough packages were compared with advisories',
  why: 'No finding in what nobody publishes advisories for says nothing.',
  needs: ['coverage'],
  parameters,
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
    const gaps = lines.filter(({ state }) => !COMPARED.has(state)).slice(0, 5);
    const what = gaps.map(({ subject, packages, state }) => `${subject}: ${packages} ${state}`).join('; ');
    const sentence =
      all === 0
        ? 'No package was recognised, so that nothing could be compared.'
        : `${compared} of ${all} packages were compared with advisories (${Math.floor(share)} %, ${atLeast} % are asked for): ${what}.`;
    const hint = 'Load the advisories that are missing (holdfast db update), or ask for less.';
    return { failures: [], missing: [{ sentence, hint }] };
  },
};
