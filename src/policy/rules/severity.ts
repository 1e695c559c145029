import { atLeast, overFindings } from '#policy/rules/finding-filter.ts';
import type { RuleParameters } from '#policy/rules/parameters.ts';
import type { BuiltInRule } from '#policy/rules/rule.ts';

/** No flaws of a severity or worse. */
export const severityRule: BuiltInRule<RuleParameters['severity']> = {
  id: 'severity',
  title: 'No vulnerabilities of a severity or worse',
  why: 'What is severe and fixable is cheap to remove and dear to keep.',
  needs: ['findings'],
  sure: true,
  check: (context, given) =>
    overFindings(
      context,
      given,
      (finding) => atLeast(finding.severity, given.atLeast),
      ({ id, severity: level, package: name, version }) =>
        `${id} in ${name} ${version} is ${level === 'unknown' ? 'of unknown severity' : level}.`,
    ),
};
