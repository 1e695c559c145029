import { z } from 'zod';
import { positionSchema, severitySchema } from '#api/reason-parts.ts';

const reason = z.object({
  policy: z.string().describe('whose rule it is'),
  rule: z.string(),
  severity: severitySchema,
  sentence: z.string(),
  fix: z.string().optional(),
  positions: z.array(positionSchema).describe('the best first'),
  evidence: z.string().optional(),
  vulnerability: z.string().optional(),
  aliases: z.array(z.string()).optional().describe('its other ids'),
  package: z.string().optional(),
  purl: z.string().optional(),
});

/** What `holdfast check --format json` prints for one target. */
export const checkReportSchema = z
  .object({
    schemaVersion: z.literal(1).describe('raised when a field changes its meaning or goes'),
    tool: z.object({ name: z.string(), version: z.string() }),
    createdAt: z.string(),
    target: z.object({
      kind: z.string(),
      reference: z.string(),
      digest: z.string().optional(),
      imageId: z.string().optional(),
      platform: z.string().optional(),
      containers: z.array(z.object({ id: z.string(), name: z.string() })).optional(),
    }),
    environment: z.string().nullable().describe('where it shall run, as it was said'),
    decision: z.enum(['allow', 'deny', 'unknown']).describe('what is incomplete is never allow'),
    whenUnknown: z
      .enum(['deny', 'warn', 'allow'])
      .optional()
      .describe('what the strictest of the policies that could not tell makes of it; only where it is unknown'),
    policies: z
      .array(z.object({ name: z.string(), mode: z.enum(['off', 'warn', 'enforce']) }))
      .describe('those that were applied, in their order'),
    reasons: z.array(reason).describe('why it is denied; empty unless it is'),
    missing: z
      .array(z.object({ policy: z.string(), rule: z.string(), sentence: z.string(), hint: z.string().optional() }))
      .describe('what could not be told'),
    warnings: z.array(reason).describe('what does not hold where that denies nothing'),
    waived: z
      .array(
        z.object({
          reason,
          waiver: z.string(),
          author: z.string(),
          because: z.string(),
          expires: z.string(),
        }),
      )
      .describe('what somebody has accepted for a while'),
    notes: z
      .array(z.string())
      .describe('about waivers: over, matching nothing, for other images; and about dates that are not known'),
    steps: z.array(z.string()).describe('what to do, the most useful first'),
    recorded: z
      .object({ position: z.int(), evaluation: z.string().describe('digest of all that the verdict depends on') })
      .nullable()
      .describe('where the verdict is on the record; null when it was not recorded'),
  })
  .meta({ id: 'CheckReport' });

export type CheckReport = z.infer<typeof checkReportSchema>;
