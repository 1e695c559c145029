import { z } from 'zod';

/** One event as `holdfast log --format json|jsonl` prints it. */
export const logEntrySchema = z
  .object({
    position: z.int().describe('place in the whole record, from 1'),
    at: z.string().describe('what the clock said: ISO 8601, UTC'),
    actor: z.string().describe('who did it'),
    type: z.string().describe('what happened'),
    stream: z.string().describe('what it belongs to'),
    version: z.int().describe('place in the stream, from 1'),
    schemaVersion: z.int().describe('version of the shape of data, as recorded'),
    subject: z.string().optional().describe('about what; absent when this program cannot read the data'),
    outcome: z.enum(['done', 'incomplete', 'failed', 'allow', 'deny', 'unknown']).optional(),
    sentence: z.string().optional().describe('what happened, in words'),
    unread: z.string().optional().describe('why this program cannot read the data'),
    key: z.string().describe('idempotency key'),
    data: z.record(z.string(), z.unknown()).describe('as recorded'),
    metadata: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'LogEntry' });

export type LogEntry = z.infer<typeof logEntrySchema>;
