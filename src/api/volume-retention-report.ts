import { z } from 'zod';

const policy = z.object({
  last: z.int().optional(),
  hourly: z.int().optional(),
  daily: z.int().optional(),
  weekly: z.int().optional(),
  monthly: z.int().optional(),
  yearly: z.int().optional(),
  within: z.string().optional().describe('such as 30d or 1y6m'),
});

const raised = z.array(
  z.object({
    snapshot: z.string(),
    before: z.string().describe('the snapshot that it was compared with'),
    signs: z.array(
      z.object({
        kind: z.string(),
        sentence: z.string(),
        share: z.number().describe('between 0 and 1'),
        median: z.number().describe('what was usual before'),
        spread: z.number().describe('median distance from it'),
      }),
    ),
  }),
);

const decided = z.array(
  z.object({
    snapshot: z.string().describe('64 hexadecimal digits'),
    time: z.string(),
    standing: z.enum(['good', 'incomplete', 'foreign']),
    reasons: z.array(z.object({ rule: z.string(), sentence: z.string() })),
  }),
);

/** What `holdfast volume retention preview` and `apply` print with `--format json`. */
export const retentionReportSchema = z
  .object({
    repository: z.string(),
    dryRun: z.boolean().describe('true: nothing was done'),
    volumes: z.array(
      z.object({
        volume: z.string(),
        state: z
          .enum(['done', 'keeps-all', 'paused', 'failed'])
          .describe('keeps-all: no policy is known for it; paused: signs of ransomware are raised'),
        policy: policy.nullable(),
        policyOf: z.string().nullable().describe('default, volume NAME or stack NAME; unknown: its stack is not known'),
        kept: decided,
        forgotten: decided.describe('that are forgotten, or would be'),
        signs: z.object({
          state: z.enum(['clear', 'raised', 'not-judged']),
          reason: z.string().nullable().describe('why it is not judged'),
          raised,
        }),
        problem: z.object({ code: z.string(), message: z.string() }).loose().nullable(),
      }),
    ),
    healed: z.int().describe('runs that died, whose record was completed'),
    pruned: z.enum(['no', 'done', 'paused', 'failed']),
    problems: z.array(z.object({ code: z.string(), message: z.string() }).loose()),
  })
  .meta({ id: 'VolumeRetentionReport' });

export type RetentionReport = z.infer<typeof retentionReportSchema>;

/** What `holdfast volume retention show` and `set` print with `--format json`. */
export const retentionSettingsReportSchema = z
  .object({
    repository: z.string(),
    default: policy.nullable(),
    volumes: z.record(z.string(), policy),
    stacks: z.record(z.string(), policy),
    pruneAfterDays: z.int().describe('0: only when asked'),
    raised: z.array(z.object({ volume: z.string(), snapshots: raised })).describe('signs that nobody accepted yet'),
  })
  .meta({ id: 'VolumeRetentionSettings' });

export type RetentionSettingsReport = z.infer<typeof retentionSettingsReportSchema>;

/** What `holdfast volume signs accept --format json` prints. */
export const signsAcceptedSchema = z
  .object({
    volume: z.string(),
    repository: z.string(),
    snapshots: z.array(z.string()).describe('in which signs were raised'),
  })
  .meta({ id: 'VolumeSignsAccepted' });

export type SignsAccepted = z.infer<typeof signsAcceptedSchema>;
