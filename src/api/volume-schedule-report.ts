import { z } from 'zod';

const schedule = {
  name: z.string(),
  what: z.union([
    z.object({ kind: z.literal('volume'), volume: z.string() }),
    z.object({ kind: z.literal('bind'), path: z.string() }),
    z.object({ kind: z.literal('stack'), stack: z.string() }),
    z.object({ kind: z.literal('all') }),
  ]),
  repository: z.string(),
  when: z.union([
    z.object({ kind: z.literal('cron'), expression: z.string(), zone: z.string() }),
    z.object({ kind: z.literal('max-age'), hours: z.number() }),
  ]),
};

/** What `holdfast volume schedule set --format json` prints. */
export const scheduleSetSchema = z.object(schedule).meta({ id: 'VolumeScheduleSet' });

export type ScheduleSet = z.infer<typeof scheduleSetSchema>;

/** What `holdfast volume schedule rm --format json` prints. */
export const scheduleRemovedSchema = z
  .object({ removed: z.string().describe('its name; its snapshots stay') })
  .meta({ id: 'VolumeScheduleRemoved' });

export type ScheduleRemoved = z.infer<typeof scheduleRemovedSchema>;

/** What `holdfast volume schedule ls --format json` prints. */
export const scheduleListSchema = z
  .object({
    schedules: z.array(
      z.object({
        ...schedule,
        next: z
          .string()
          .nullable()
          .describe('when it is due next by its time table: ISO 8601; null where that depends on the newest snapshot'),
        units: z
          .array(
            z.object({
              unit: z.string().describe('volume:NAME, bind:PATH or stack:NAME'),
              doneAt: z.string().nullable().describe('when the daemon took it last'),
              failures: z.int().describe('in a row since then'),
              notBefore: z.string().nullable().describe('when it is tried again'),
              code: z.string().nullable().describe('why it failed last'),
            }),
          )
          .describe('what the daemon did so far'),
      }),
    ),
    problems: z.array(z.object({ code: z.string(), message: z.string() }).loose()),
  })
  .meta({ id: 'VolumeScheduleList' });

export type ScheduleList = z.infer<typeof scheduleListSchema>;

/** What `holdfast volume daemon --format json` prints: one of these a line. */
export const daemonLineSchema = z
  .object({
    at: z.string().describe('ISO 8601'),
    kind: z.enum(['info', 'done', 'failed']),
    message: z.string(),
    code: z.string().optional(),
    hint: z.string().optional(),
  })
  .meta({ id: 'VolumeDaemonLine' });

export type DaemonLine = z.infer<typeof daemonLineSchema>;
