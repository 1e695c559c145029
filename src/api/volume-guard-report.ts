import { z } from 'zod';
import { volumeProblemSchema } from '#api/volume-parts.ts';

/** What `holdfast volume guard --format json` prints, on one line, behind what the command prints. */
export const volumeGuardReportSchema = z
  .object({
    command: z.string().describe('program and subcommand'),
    targets: z.array(z.object({ kind: z.enum(['stack', 'target']), name: z.string() })),
    snapshots: z.array(z.object({ volume: z.string(), snapshot: z.string() })),
    exitCode: z.int().nullable().describe('of the command; null: it was not run'),
    rollback: z.string().describe('one line of shell that puts the data back; empty when nothing was kept'),
    notes: z.array(z.string()).describe('images that are written otherwise in files now'),
    problems: z.array(volumeProblemSchema),
  })
  .meta({ id: 'VolumeGuardReport' });

export type VolumeGuardReport = z.infer<typeof volumeGuardReportSchema>;
