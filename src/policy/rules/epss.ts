import { overFindings } from '#policy/rules/finding-filter.ts';
import type { RuleParameters } from '#policy/rules/parameters.ts';
import type { BuiltInRule } from '#policy/rules/rule.ts';

/** Nothing that is likely to be exploited soon. */
export const epssRule: BuiltInRule<RuleParameters['epss']> = {
  id: 'epss',
  title: 'No vulnerabilities that are likely to be exploited',
  why: 'EPSS estimates the probability of exploitation within 30 days from what attackers do.',
  needs: ['findings'],
  sure: true,
  check: (context, given) =>
    overFindings(
      context,
      given,
      ({ epss }) => epss !== null && epss >= given.atLeast,
      ({ id, package: name, version, epss }) =>
        `${id} in ${name} ${version} is exploited within 30 days with a probability of ${((epss ?? 0) * 100).toFixed(1)} %.`,
    ),
};
