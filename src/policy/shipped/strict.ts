import type { ShippedPolicy } from '#policy/shipped/shipped-policy.ts';

const text = `apiVersion: holdfast/v1
kind: Policy
name: strict
description: No known exploited flaw at all, no fixable flaw that is high or worse, all compared, no root, pinned.
mode: enforce
whenUnknown: deny
rules:
  - rule: known-exploited
  - rule: severity
    atLeast: high
    fixable: true
  - rule: epss
    atLeast: 0.5
  - rule: coverage
    atLeast: 100
  - rule: advisories-age
    days: 3
  - rule: non-root
  - rule: pinned
    mode: warn
  - rule: no-latest
  - rule: image-age
    days: 90
  - rule: severity
    atLeast: medium
    mode: warn
`;

/** For what faces attackers. */
export const STRICT: ShippedPolicy = {
  text,
  value: {
    apiVersion: 'holdfast/v1',
    kind: 'Policy',
    name: 'strict',
    description:
      'No known exploited flaw at all, no fixable flaw that is high or worse, all compared, no root, pinned.',
    mode: 'enforce',
    whenUnknown: 'deny',
    rules: [
      { rule: 'known-exploited' },
      { rule: 'severity', atLeast: 'high', fixable: true },
      { rule: 'epss', atLeast: 0.5 },
      { rule: 'coverage', atLeast: 100 },
      { rule: 'advisories-age', days: 3 },
      { rule: 'non-root' },
      { rule: 'pinned', mode: 'warn' },
      { rule: 'no-latest' },
      { rule: 'image-age', days: 90 },
      { rule: 'severity', atLeast: 'medium', mode: 'warn' },
    ],
  },
};
