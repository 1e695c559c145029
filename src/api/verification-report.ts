import { z } from 'zod';

/** What `holdfast ledger verify --format json` prints. */
export const verificationReportSchema = z
  .object({
    outcome: z.enum(['whole', 'tampered']),
    size: z.int().describe('events that fit together, from the first one on'),
    root: z
      .string()
      .describe('base64 of the RFC 6962 root over them; empty when the database could not be read to its end'),
    key: z.string().describe('the verifier key that was trusted'),
    tampering: z.array(
      z.object({
        kind: z.enum([
          'edited',
          'deleted',
          'inserted',
          'reordered',
          'truncated',
          'rolled-back',
          'wrong-key',
          'damaged',
        ]),
        position: z.int().describe('the first bad position'),
        upTo: z.int().optional().describe('the last position it may be, where it cannot be told exactly'),
        evidence: z.string(),
      }),
    ),
    anchored: z
      .int()
      .describe('up to this position an outside checkpoint proves the record; behind it, it is unanchored'),
    anchors: z.array(z.object({ name: z.string(), size: z.int() })),
    clockSteps: z.array(z.int()).describe('positions whose clock was behind that of the event before'),
    problems: z.array(z.object({ code: z.string(), message: z.string() }).loose()),
  })
  .meta({ id: 'VerificationReport' });

export type VerificationReport = z.infer<typeof verificationReportSchema>;
