import { z } from 'zod';

const waiver = z.object({
  id: z.string(),
  vulnerability: z.string().optional(),
  rule: z.string().optional(),
  images: z.array(z.string()).describe('patterns; none: all'),
  package: z.string().optional(),
  author: z.string(),
  reason: z.string(),
  expires: z.string().describe('ISO 8601: the first moment at which it counts no more'),
  justification: z.string().optional().describe('in VEX’s words'),
});

const state = z.enum(['counts', 'over', 'revoked']);

/** What `holdfast waiver grant --format json` and `revoke` print. */
export const waiverChangedSchema = z.object({ waiver, state }).meta({ id: 'WaiverChanged' });

export type WaiverChanged = z.infer<typeof waiverChangedSchema>;

/** What `holdfast waiver list --format json` prints. */
export const waiverListSchema = z
  .object({
    waivers: z.array(
      z.object({
        waiver,
        state,
        position: z.int().describe('of the event that granted it'),
        grantedAt: z.string(),
        revoked: z.object({ at: z.string(), by: z.string(), reason: z.string().nullable() }).nullable(),
      }),
    ),
  })
  .meta({ id: 'WaiverList' });

export type WaiverList = z.infer<typeof waiverListSchema>;
