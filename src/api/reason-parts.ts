import { z } from 'zod';

/** Where something stands: in a file, in a layer, in a workload. */
export const positionSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('file'),
    path: z.string(),
    line: z.int().describe('from 1'),
    column: z.int().describe('from 1, in UTF-16 units'),
    endLine: z.int().optional(),
    endColumn: z.int().optional(),
  }),
  z.object({
    kind: z.literal('layer'),
    layer: z.int().describe('from 0'),
    digest: z.string().optional(),
    path: z.string().optional(),
  }),
  z.object({ kind: z.literal('workload'), workload: z.string(), field: z.string().optional() }),
]);

export const severitySchema = z.enum(['critical', 'high', 'medium', 'low', 'negligible', 'unknown']);
