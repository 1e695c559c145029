import { z } from 'zod';

const decision = z.enum(['allow', 'deny', 'unknown']);
const mode = z.enum(['off', 'warn', 'enforce']);
const why = z.object({ policy: z.string(), rule: z.string(), sentence: z.string() });

/** What `holdfast policy list --format json` prints. */
export const policyListSchema = z
  .object({
    policies: z.array(z.object({ name: z.string(), description: z.string(), mode, rules: z.int() })),
    rules: z.array(
      z.object({ id: z.string(), title: z.string(), why: z.string(), needs: z.array(z.string()).describe('facts') }),
    ),
  })
  .meta({ id: 'PolicyList' });

export type PolicyList = z.infer<typeof policyListSchema>;

/** What `holdfast policy explain --format json` prints. */
export const policyExplainedSchema = z
  .object({
    name: z.string(),
    description: z.string().nullable(),
    mode,
    whenUnknown: z.enum(['deny', 'warn', 'allow']),
    match: z.object({
      images: z.array(z.string()).describe('patterns; none: all'),
      environments: z.array(z.string()),
      kinds: z.array(z.string()),
    }),
    rules: z.array(
      z.object({
        rule: z.string(),
        mode,
        title: z.string(),
        why: z.string(),
        implied: z.boolean().describe('it stands in no file, and is asked all the same'),
        parameters: z.array(z.object({ name: z.string(), value: z.string(), meaning: z.string() })),
      }),
    ),
    cel: z
      .object({
        failurePolicy: z.enum(['Fail', 'Ignore']),
        matchConditions: z.array(z.object({ name: z.string(), expression: z.string() })),
        validations: z.array(z.object({ expression: z.string(), message: z.string().optional() })),
      })
      .nullable(),
  })
  .meta({ id: 'PolicyExplained' });

export type PolicyExplained = z.infer<typeof policyExplainedSchema>;

/** What `holdfast policy test --format json` prints. */
export const policyTestedSchema = z
  .object({
    cases: z.array(
      z.object({
        file: z.string(),
        name: z.string(),
        passed: z.boolean(),
        expected: decision,
        decision: decision.nullable().describe('null: it could not be judged'),
        faults: z.array(z.string()).describe('what differs from what was expected'),
      }),
    ),
    passed: z.int(),
    failed: z.int(),
  })
  .meta({ id: 'PolicyTested' });

export type PolicyTested = z.infer<typeof policyTestedSchema>;

/** What `holdfast policy replay --format json` prints. */
export const policyReplaySchema = z
  .object({
    policies: z.array(z.string()),
    since: z.string(),
    judged: z.int().describe('recorded verdicts that were judged again'),
    unread: z
      .int()
      .describe('verdicts whose evaluation is gone, damaged, or of a newer program: nothing is known of them'),
    steps: z
      .array(z.object({ from: decision, to: decision, verdicts: z.int() }))
      .describe('from what was decided to what would have been'),
    rules: z
      .array(
        z.object({
          policy: z.string(),
          rule: z.string(),
          verdicts: z.int().describe('that name it as a reason, or as what could not be told'),
          newly: z.int().describe('of them, those that differ from what was decided'),
        }),
      )
      .describe('the most changes first'),
    changed: z.array(
      z.object({
        position: z.int(),
        at: z.string(),
        reference: z.string(),
        environment: z.string().nullable(),
        from: decision,
        to: decision,
        reasons: z.array(why),
        moreReasons: z.int(),
      }),
    ),
    notListed: z.int().describe('changes beyond the first thousand'),
  })
  .meta({ id: 'PolicyReplay' });

export type PolicyReplay = z.infer<typeof policyReplaySchema>;
