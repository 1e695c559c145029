import type { Mode, WhenUnknown } from '#policy/verdict.ts';

/** A policy that comes with Holdfast: as a person reads it, and what that says. A test compares the two. */
export interface ShippedPolicy {
  readonly text: string;
  readonly value: ShippedValue;
}

export interface ShippedValue {
  readonly apiVersion: 'holdfast/v1';
  readonly kind: 'Policy';
  readonly name: string;
  readonly description: string;
  readonly mode: Mode;
  readonly whenUnknown: WhenUnknown;
  /** With their parameters beside them. */
  readonly rules: readonly ShippedRule[];
}

export interface ShippedRule {
  readonly rule: string;
  readonly mode?: Mode;
  readonly [parameter: string]: unknown;
}
