import { z } from 'zod';

/** One line of `holdfast lint --standard ... --format jsonl`: a document. */
const standardLineSchema = z
  .object({
    file: z.string().describe('as named, or found below what was named; - is standard input'),
    document: z.string().describe('Pod/web, Deployment/shop/web'),
    outcome: z
      .enum(['pass', 'fail', 'unknown'])
      .describe('unknown: it fails nothing, and holds values that Kubernetes would refuse, such as a variable'),
    checks: z.array(z.string()).describe('ids of the checks that it does not pass'),
  })
  .meta({ id: 'StandardLine' });

/** What `holdfast lint --standard ... --format json` prints. */
export const standardReportSchema = z
  .object({
    schemaVersion: z.literal(1).describe('raised when a field changes its meaning or goes'),
    tool: z.object({ name: z.string(), version: z.string() }),
    standard: z.string().describe('pss:restricted:v1.36'),
    documents: z.array(standardLineSchema),
    problems: z.array(
      z.object({ code: z.string(), message: z.string(), path: z.string().optional(), hint: z.string().optional() }),
    ),
  })
  .meta({ id: 'StandardReport' });

export type StandardLine = z.infer<typeof standardLineSchema>;
export type StandardReport = z.infer<typeof standardReportSchema>;
