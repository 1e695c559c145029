import { z } from 'zod';
import { volumeProblemSchema } from '#api/volume-parts.ts';

/** What `holdfast volume restore --stack NAME --format json` prints. */
export const stackRestoredReportSchema = z
  .object({
    stack: z.string(),
    snapshot: z.string().describe('that its definition is in: 64 hexadecimal digits'),
    time: z.string().describe('when it was taken'),
    done: z.boolean().describe('false: nothing was done, as something is missing, or only the plan was asked for'),
    parts: z
      .array(z.object({ volume: z.string(), snapshot: z.string() }))
      .describe('volumes, and directories and files of the host'),
    networks: z.array(
      z.object({
        name: z.string(),
        made: z.boolean().describe('false: there is one of that name, or nothing was done'),
      }),
    ),
    containers: z.array(
      z.object({
        name: z.string(),
        image: z.string().describe('by digest or id, where it is there'),
        did: z.enum(['made', 'started', 'none']),
      }),
    ),
    missing: z
      .array(
        z.object({
          container: z.string().describe('that needs it'),
          what: z.enum(['image', 'file', 'container']),
          name: z.string(),
          fix: z.string(),
        }),
      )
      .describe('what the snapshot cannot bring back'),
    powers: z
      .array(
        z.object({
          container: z.string().nullable().describe('null: none of a container’s'),
          what: z.string().describe('a clause: what it would do, or have'),
        }),
      )
      .describe('what a definition that the record does not know would get of this host'),
    problems: z.array(volumeProblemSchema),
  })
  .meta({ id: 'VolumeStackRestored' });

export type StackRestoredReport = z.infer<typeof stackRestoredReportSchema>;
