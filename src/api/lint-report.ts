import { z } from 'zod';
import { positionSchema, severitySchema } from '#api/reason-parts.ts';

const elsewhere = z
  .array(z.object({ standard: z.string(), id: z.string(), unconfirmed: z.literal(true).optional() }))
  .describe('ids of the same or nearly the same check: hadolint, CIS Docker, NIST SP 800-190 …');

const problem = z.object({
  code: z.string(),
  message: z.string(),
  path: z.string().optional(),
  hint: z.string().optional(),
});

/** One line of `holdfast lint --format jsonl`: a file, or one document of a file that holds several. */
export const lintedSchema = z
  .object({
    path: z.string().describe('as named, or found below what was named; - is standard input'),
    kind: z.string().describe('what it was taken for; unknown where nothing was recognised'),
    document: z.string().optional(),
    reasons: z.array(
      z.object({
        rule: z.string(),
        severity: severitySchema,
        sentence: z.string(),
        fix: z.string().optional(),
        positions: z.array(positionSchema).describe('the best first'),
        evidence: z.string().optional().describe('never a secret’s value'),
        elsewhere,
      }),
    ),
    problems: z.array(problem).describe('what could not be read: where there is one, the reasons may not be all'),
  })
  .meta({ id: 'Linted' });

/** What `holdfast lint --format json` prints. */
export const lintReportSchema = z
  .object({
    schemaVersion: z.literal(1).describe('raised when a field changes its meaning or goes'),
    tool: z.object({ name: z.string(), version: z.string() }),
    judged: z.array(lintedSchema),
    rules: z
      .array(z.object({ id: z.string(), title: z.string(), severity: severitySchema, why: z.string(), elsewhere }))
      .describe('those that spoke'),
    files: z.int().describe('that were judged'),
    passedOver: z.int().describe('files below directories that are of no known kind'),
    fixed: z.array(z.object({ path: z.string(), edits: z.int() })).describe('what --fix wrote'),
    problems: z.array(problem).describe('what stood in the way of finding files'),
  })
  .meta({ id: 'LintReport' });

export type Linted = z.infer<typeof lintedSchema>;
export type LintReport = z.infer<typeof lintReportSchema>;
