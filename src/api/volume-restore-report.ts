import { z } from 'zod';
import { volumeProblemSchema } from '#api/volume-parts.ts';

/** What `holdfast volume restore --format json` prints. */
export const volumeRestoredSchema = z
  .object({
    snapshot: z.string().describe('64 hexadecimal digits'),
    time: z.string().describe('when it was taken, as it says'),
    volume: z.string().nullable().describe('what it is of; null: a directory of the host, or not taken by holdfast'),
    bind: z.string().nullable().describe('the directory or file of the host that it is of'),
    place: z.enum(['volume', 'directory', 'in-place']),
    to: z.string().describe('the volume, or the directory or file'),
    mountpoint: z.string().describe('where the files are on this host; empty when nothing was made'),
    path: z.string().nullable().describe('only this file or directory of it'),
    safety: z.string().nullable().describe('the snapshot of what was there before'),
    restarted: z.array(z.string()).describe('containers that were, or would be, stopped meanwhile'),
    lost: z
      .array(z.object({ path: z.string(), why: z.string() }))
      .describe('what the damaged repository no longer holds; a directory stands for all in it'),
    dryRun: z.boolean(),
    problems: z.array(volumeProblemSchema),
  })
  .meta({ id: 'VolumeRestored' });

export type VolumeRestoredReport = z.infer<typeof volumeRestoredSchema>;
