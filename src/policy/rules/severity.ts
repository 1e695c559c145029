import * as z from 'zod/mini';
import { described } from '#policy/described.ts';
import { atLeast, daysSince, findingParameters, overFindings, severity } from '#policy/rules/finding-filter.ts';
import type { BuiltInRule } from '#policy/rules/rule.ts';

const parameters = z
  .strictObject({
    atLeast: described(severity, 'This severity and worse. Only `unknown` finds what nobody rated.'),
    ...findingParameters,
  })
  .check(daysSince);

/** No flaws of a severity or worse. */
export const severityRule: BuiltInRule<z.infer<typeof parameters>> = {
  id: 'severity',
  title: 'No vulnerabilities of a severity or worse',
  why: 'What is severe and fixable is cheap to remove and dear to keep.',
  needs: ['findings'],
  sure: true,
  parameters,
  check: (context, given) =>
    overFindings(
      context,
      given,
      (finding) => atLeast(finding.severity, given.atLeast),
      ({ id, severity: level, package: name, version }) =>
        `${id} in ${name} ${version} is ${level === 'unknown' ? 'of unknown severity' : level}.`,
    ),
};
