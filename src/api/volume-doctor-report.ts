import { z } from 'zod';
import { lookedAtSchema, volumeProblemSchema } from '#api/volume-parts.ts';

/** What `holdfast volume doctor --format json` prints. */
export const volumeDoctorReportSchema = z
  .object({
    at: z.string().describe('when it was looked: ISO 8601'),
    engine: z.string().describe('the engine’s address'),
    findings: z
      .array(
        z.object({
          rule: z.string(),
          title: z.string(),
          severity: z.enum(['critical', 'high', 'medium', 'low']),
          container: z.string().nullable().describe('its name; null where no container is concerned'),
          image: z.string().nullable(),
          path: z.string().describe('inside the container; of a volume without one, its place on the host'),
          evidence: z.string().describe('names and sizes, never contents'),
          fix: z.string().describe('commands that can be pasted'),
        }),
      )
      .describe('most urgent first'),
    containers: z.int(),
    volumes: z.int(),
    coverage: z.array(lookedAtSchema),
    problems: z.array(volumeProblemSchema).describe('what could not be read'),
  })
  .meta({ id: 'VolumeDoctorReport' });

export type VolumeDoctorReport = z.infer<typeof volumeDoctorReportSchema>;
