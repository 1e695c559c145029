/** What a policy's CEL said of one subject. */
export type CelOutcome =
  | { readonly kind: 'does-not-match' }
  | { readonly kind: 'judged'; readonly validations: readonly ValidationOutcome[] }
  /** It could not be run to its end: too long, or a condition failed. */
  | { readonly kind: 'failed'; readonly message: string };

/** Of one validation, in the policy's order. */
export type ValidationOutcome =
  | { readonly kind: 'holds' }
  | { readonly kind: 'does-not-hold'; readonly message: string }
  | { readonly kind: 'failed'; readonly message: string };
