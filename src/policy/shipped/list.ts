import { AUDIT } from '#policy/shipped/audit.ts';
import { BASELINE } from '#policy/shipped/baseline.ts';
import type { ShippedPolicy } from '#policy/shipped/shipped-policy.ts';
import { STRICT } from '#policy/shipped/strict.ts';

/** Policies that come with Holdfast, by name. */
export const SHIPPED: ReadonlyMap<string, ShippedPolicy> = new Map([
  ['baseline', BASELINE],
  ['strict', STRICT],
  ['audit', AUDIT],
]);
