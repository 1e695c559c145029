import { z } from 'zod';

/** One line of `holdfast lint host: --format jsonl`: a check. */
const hostLineSchema = z
  .object({
    check: z.string(),
    cis: z.string().describe('its number in the CIS Docker Benchmark 1.6'),
    title: z.string().describe('what must hold'),
    severity: z.enum(['critical', 'high', 'medium', 'low', 'negligible', 'unknown']),
    outcome: z.enum(['pass', 'fail', 'not-applicable', 'unknown']),
    sentence: z.string().describe('what was seen, or why nothing was'),
    manual: z.literal(true).optional().describe('only a person can say'),
    fix: z.string().optional().describe('where it fails'),
  })
  .meta({ id: 'HostLine' });

/** What `holdfast lint host: --format json` prints. */
export const hostReportSchema = z
  .object({
    schemaVersion: z.literal(1).describe('raised when a field changes its meaning or goes'),
    tool: z.object({ name: z.string(), version: z.string() }),
    benchmark: z.literal('CIS Docker Benchmark 1.6.0, sections 1 to 3 and 5'),
    checks: z.array(hostLineSchema),
  })
  .meta({ id: 'HostReport' });

export type HostLine = z.infer<typeof hostLineSchema>;
export type HostReport = z.infer<typeof hostReportSchema>;
