/** To look before one leaps. */
export const AUDIT = `apiVersion: holdfast/v1
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
