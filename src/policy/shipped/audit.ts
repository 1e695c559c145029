import type { ShippedPolicy } from '#policy/shipped/shipped-policy.ts';

const text = `apiVersion: holdfast/v1
kind: Policy
name: audit
description: Denies nothing, and says what strict would deny.
mode: warn
whenUnknown: allow
rules:
  - rule: known-exploited
  - rule: severity
    atLeast: high
  - rule: epss
    atLeast: 0.5
  - rule: coverage
    atLeast: 100
  - rule: non-root
  - rule: no-latest
  - rule: image-age
    days: 90
`;

/** To look before one leaps. */
export const AUDIT: ShippedPolicy = {
  text,
  value: {
    apiVersion: 'holdfast/v1',
    kind: 'Policy',
    name: 'audit',
    description: 'Denies nothing, and says what strict would deny.',
    mode: 'warn',
    whenUnknown: 'allow',
    rules: [
      { rule: 'known-exploited' },
      { rule: 'severity', atLeast: 'high' },
      { rule: 'epss', atLeast: 0.5 },
      { rule: 'coverage', atLeast: 100 },
      { rule: 'non-root' },
      { rule: 'no-latest' },
      { rule: 'image-age', days: 90 },
    ],
  },
};
