import * as z from 'zod/mini';
import { described } from '#policy/described.ts';
import { daysSince, findingParameters, overFindings } from '#policy/rules/finding-filter.ts';
import type { BuiltInRule } from '#policy/rules/rule.ts';

const parameters = z
  .strictObject({
    atLeast: described(z.number().check(z.minimum(0), z.maximum(1)), 'A probability, 0 to 1.'),
    ...findingParameters,
  })
  .check(daysSince);

/** Nothing that is likely to be exploited soon. */
export const epssRule: BuiltInRule<z.infer<typeof parameters>> = {
  id: 'epss',
  title: 'No vulnerabilities that are likely to be exploited',
  why: 'EPSS estimates the probability of exploitation within 30 days from what attackers do.',
  needs: ['findings'],
  sure: true,
  parameters,
  check: (context, given) =>
    overFindings(
      context,
      given,
      ({ epss }) => epss !== null && epss >= given.atLeast,
      ({ id, package: name, version, epss }) =>
        `${id} in ${name} ${version} is exploited within 30 days with a probability of ${((epss ?? 0) * 100).toFixed(1)} %.`,
    ),
};
