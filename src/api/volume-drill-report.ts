import { z } from 'zod';
import { volumeProblemSchema } from '#api/volume-parts.ts';

const load = z.object({
  container: z.string(),
  outcome: z
    .enum(['passed', 'failed', 'unproven'])
    .describe(
      'passed: a fresh server took them all and holds what was held; unproven: that could not be tried or asked',
    ),
  loaded: z.int().describe('how many it took'),
  dumps: z.int().describe('of how many'),
  bytes: z.int().describe('of those that were fetched'),
  readyMs: z.int().nullable().describe('from the start of the server until it answered'),
  loadMs: z.int().nullable().describe('all of them'),
  before: z.string().nullable().describe('what the probe said before the snapshot; never recorded'),
  after: z.string().nullable().describe('what it said of the server with the dumps'),
  log: z.array(z.string()).describe('the last lines of a server that did not pass'),
});

const drill = z.object({
  volume: z.string(),
  repository: z.string(),
  snapshot: z.string().describe('64 hexadecimal digits'),
  outcome: z
    .enum(['passed', 'failed', 'unproven'])
    .describe(
      'passed: it holds what it held; unproven: it restores, and nothing could be asked or compared; dumps that were not tried are in loads',
    ),
  probe: z
    .enum(['label', 'service', 'health', 'files'])
    .describe('what was asked: a label’s command, a known service, the image’s health check, or nothing'),
  service: z.string().nullable(),
  image: z
    .object({ reference: z.string(), id: z.string() })
    .nullable()
    .describe('what was started; null: nothing is known'),
  reasons: z.array(volumeProblemSchema),
  before: z.string().nullable().describe('what the probe said before the snapshot; never recorded'),
  after: z.string().nullable().describe('what it said in the drill'),
  dumps: z.int().describe('dumps in it whose beginning and end were looked at'),
  dumpsLoaded: z.int().describe('those of them that a fresh server took'),
  loads: z.array(load).describe('the dumps, by the container that they are of'),
  databases: z.int().describe('SQLite databases in it that were checked'),
  restoreMs: z.int().describe('restoring, and comparing every file with what was stored'),
  readyMs: z.int().nullable().describe('from the start of the container until it answered'),
  totalMs: z.int(),
  log: z.array(z.string()).describe('the last lines of a container that failed'),
  kept: z.string().nullable().describe('name of container and volume, with --keep'),
  keptLoads: z.array(z.string()).describe('the servers with the dumps and their volumes, with --keep'),
  dryRun: z.boolean(),
  problems: z.array(volumeProblemSchema),
});

/** What `holdfast volume drill VOLUME --format json` prints. */
export const volumeDrillReportSchema = drill.meta({ id: 'VolumeDrillReport' });

export type VolumeDrillReport = z.infer<typeof volumeDrillReportSchema>;

/** What `holdfast volume drill --all --format json` prints. */
export const volumeDrillListSchema = z
  .object({
    drills: z.array(drill),
    problems: z.array(volumeProblemSchema).describe('volumes whose drill could not run'),
  })
  .meta({ id: 'VolumeDrillList' });

export type VolumeDrillList = z.infer<typeof volumeDrillListSchema>;
