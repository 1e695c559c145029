import type { ShippedPolicy } from '#policy/shipped/shipped-policy.ts';

const text = `apiVersion: holdfast/v1
kind: Policy
name: baseline
description: Nothing that is known to be exploited and can be fixed, no critical flaw whose fix is older than a week.
mode: enforce
whenUnknown: warn
rules:
  - rule: known-exploited
    fixable: true
  - rule: severity
    atLeast: critical
    fixable: true
    graceDays: 7
    since: fix
  - rule: coverage
    atLeast: 90
  - rule: severity
    atLeast: high
    mode: warn
  - rule: known-exploited
    fixable: false
    mode: warn
  - rule: non-root
    mode: warn
  - rule: advisories-age
    days: 7
    mode: warn
`;

/** What most teams can hold from the first day on. */
export const BASELINE: ShippedPolicy = {
  text,
  value: {
    apiVersion: 'holdfast/v1',
    kind: 'Policy',
    name: 'baseline',
    description:
      'Nothing that is known to be exploited and can be fixed, no critical flaw whose fix is older than a week.',
    mode: 'enforce',
    whenUnknown: 'warn',
    rules: [
      { rule: 'known-exploited', fixable: true },
      { rule: 'severity', atLeast: 'critical', fixable: true, graceDays: 7, since: 'fix' },
      { rule: 'coverage', atLeast: 90 },
      { rule: 'severity', atLeast: 'high', mode: 'warn' },
      { rule: 'known-exploited', fixable: false, mode: 'warn' },
      { rule: 'non-root', mode: 'warn' },
      { rule: 'advisories-age', days: 7, mode: 'warn' },
    ],
  },
};
