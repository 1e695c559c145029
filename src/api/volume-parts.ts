import { z } from 'zod';

/** One line of what was looked at. */
export const lookedAtSchema = z.object({
  subject: z.string(),
  state: z.enum(['covered', 'not-affected', 'no-data', 'stale', 'not-comparable', 'not-collected', 'failed']),
  count: z.int(),
  reason: z.string(),
});

/** Something that could not be read while the work went on. */
export const volumeProblemSchema = z.object({
  code: z.string(),
  message: z.string(),
  path: z.string().optional(),
  hint: z.string().optional(),
});
