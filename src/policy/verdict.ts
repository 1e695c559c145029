import type { Reason } from '#core/reason.ts';

/** Whether a rule that does not hold denies, or is only told. */
export const MODES = ['off', 'warn', 'enforce'] as const;

export type Mode = (typeof MODES)[number];

/** What is done where a verdict is unknown, the strictest first. */
export const WHEN_UNKNOWN = ['deny', 'warn', 'allow'] as const;

export type WhenUnknown = (typeof WHEN_UNKNOWN)[number];

/** A rule of a policy that does not hold. */
export interface PolicyReason extends Reason {
  readonly policy: string;
  /** What it is about, where waivers may name that. */
  readonly vulnerability?: string;
  /** Its other ids. */
  readonly aliases?: readonly string[];
  readonly package?: string;
  readonly purl?: string;
}

/** A rule that could not be judged, and what that would take. */
export interface Missing {
  readonly policy: string;
  readonly rule: string;
  readonly sentence: string;
  readonly hint?: string;
}

/** A reason that somebody has accepted. */
export interface Waived {
  readonly reason: PolicyReason;
  readonly waiver: string;
  readonly author: string;
  readonly because: string;
  readonly expires: string;
}

interface Told {
  /** Policies that were applied, in order. */
  readonly policies: readonly { readonly name: string; readonly mode: Mode }[];
  readonly warnings: readonly PolicyReason[];
  readonly waived: readonly Waived[];
  /** Sentences about waivers: those that are over and would have counted, those that match nothing, those for others. */
  readonly notes: readonly string[];
}

/** What the policies make of the facts. What is incomplete is never allowed. */
export type Verdict =
  | (Told & { readonly decision: 'allow' })
  | (Told & {
      readonly decision: 'deny';
      readonly reasons: readonly PolicyReason[];
      readonly missing: readonly Missing[];
    })
  | (Told & {
      readonly decision: 'unknown';
      readonly missing: readonly Missing[];
      /** The strictest that a policy which could not tell says. */
      readonly whenUnknown: WhenUnknown;
    });

/** Why a verdict denies; empty where it does not. */
export function reasonsOf(verdict: Verdict): readonly PolicyReason[] {
  return verdict.decision === 'deny' ? verdict.reasons : [];
}

/** What a verdict could not tell. */
export function missingOf(verdict: Verdict): readonly Missing[] {
  return verdict.decision === 'allow' ? [] : verdict.missing;
}
