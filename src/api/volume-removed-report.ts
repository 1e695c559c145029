import { z } from 'zod';

/** What `holdfast volume rm --format json` prints. */
export const volumeRemovedSchema = z
  .object({
    volume: z.string(),
    mountpoint: z.string().describe('where its files were'),
    snapshot: z.string().nullable().describe('in which all of it is; null after a dry run'),
    dryRun: z.boolean().describe('true: nothing was done'),
  })
  .meta({ id: 'VolumeRemoved' });

export type VolumeRemoved = z.infer<typeof volumeRemovedSchema>;
