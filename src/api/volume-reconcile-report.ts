import { z } from 'zod';
import { volumeProblemSchema } from '#api/volume-parts.ts';

/** What `holdfast volume reconcile --format json` prints. */
export const volumeReconcileReportSchema = z
  .object({
    containers: z
      .array(
        z.object({
          hold: z.string(),
          container: z.string().describe('its id'),
          name: z.string(),
          did: z.enum(['unpaused', 'started', 'nothing', 'failed']),
          why: z
            .enum(['runs', 'gone', 'not-held', 'released', 'other-run', 'stopped'])
            .optional()
            .describe(
              'why nothing was done: it runs; it was removed; it never was held; it had been released; others started it anew; others stopped it',
            ),
        }),
      )
      .describe('of holds whose holder has gone'),
    living: z.array(z.string()).describe('holds that somebody who lives has'),
    commands: z
      .array(z.object({ container: z.string().describe('its id'), name: z.string(), label: z.string() }))
      .describe('that labels ask for after a snapshot, run in place of a run that has died'),
    removed: z.array(z.string()).describe('containers and volumes of drills that were killed'),
    problems: z.array(volumeProblemSchema).describe('what could not be released or read; it stays for the next run'),
  })
  .meta({ id: 'VolumeReconcileReport' });

export type VolumeReconcileReport = z.infer<typeof volumeReconcileReportSchema>;
