import * as z from 'zod/mini';
import { described } from '#policy/described.ts';
import { MODES, WHEN_UNKNOWN } from '#policy/verdict.ts';

/** What a policy's name may be. */
const NAME = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

const mode = z.enum(MODES);
const text = (most: number) => z.string().check(z.maxLength(most));
const named = (name: RegExp) =>
  z.array(z.strictObject({ name: z.string().check(z.regex(name)), expression: z.string() })).check(z.maxLength(64));
const patterns = z.optional(z.array(text(500).check(z.minLength(1))));

/** A policy file's shape. The rules' parameters are compared with each rule's own. */
export const policyFileShape = z.strictObject({
  apiVersion: z.literal('holdfast/v1'),
  kind: z.literal('Policy'),
  name: described(z.string().check(z.regex(NAME)), 'Lower-case letters, digits and dashes. Verdicts name it.'),
  description: z.optional(text(2000)),
  match: z.optional(
    z.strictObject({
      images: described(patterns, 'Patterns: `*` is anything without a slash, `**` anything. Without a tag: all tags.'),
      environments: described(patterns, 'Names, as check --environment gives them.'),
      kinds: described(z.optional(z.array(z.enum(['image', 'workload']))), 'What it judges; all kinds unless said.'),
    }),
  ),
  mode: described(z.optional(mode), 'enforce (unless said) denies, warn only tells, off does nothing.'),
  whenUnknown: described(
    z.optional(z.enum(WHEN_UNKNOWN)),
    'What is done where it cannot tell: warn unless said. A check exits with 0 for allow, with 4 for the others.',
  ),
  rules: z.optional(z.array(z.looseObject({ rule: z.string(), mode: z.optional(mode) })).check(z.maxLength(200))),
  failurePolicy: described(
    z.optional(z.enum(['Fail', 'Ignore'])),
    'What an expression that cannot be evaluated is: a rule that does not hold (Fail, unless said), or a warning.',
  ),
  variables: z.optional(named(/^[A-Za-z_]\w{0,63}$/)),
  // As Kubernetes has them: `exclude-system`, `example.com/mine`.
  matchConditions: z.optional(named(/^[\w./-]{1,128}$/)),
  validations: z.optional(
    z
      .array(
        z.strictObject({
          expression: z.string(),
          message: z.optional(text(1000)),
          messageExpression: z.optional(z.string()),
          reason: z.optional(z.string().check(z.regex(/^[\w-]{1,64}$/))),
        }),
      )
      .check(z.maxLength(64)),
  ),
});

export type PolicyFile = z.infer<typeof policyFileShape>;
