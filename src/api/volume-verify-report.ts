import { z } from 'zod';
import { volumeProblemSchema } from '#api/volume-parts.ts';

/** What `holdfast volume verify --format json` prints. */
export const volumeVerifiedSchema = z
  .object({
    repository: z.string().nullable().describe('its own id; null when its configuration cannot be read'),
    version: z.int().nullable().describe('of its format'),
    directory: z.string().describe('where it was read: a directory, or the location of a server'),
    snapshots: z.array(z.object({ snapshot: z.string(), time: z.string() })).describe('whose own file is whole'),
    packs: z.int(),
    blobs: z.int().describe('pieces that are as their names say'),
    trees: z.int().describe('directories that were followed'),
    bytes: z.int().describe('of packs that were read'),
    seconds: z.number(),
    damage: z.array(
      z.object({
        kind: z.string().describe('pack-damaged, pack-missing, snapshot-missing, index-junk …'),
        name: z.string().describe('of the file or piece'),
        problem: volumeProblemSchema,
        affects: z.array(
          z.object({
            snapshot: z.string(),
            paths: z.array(z.string()).describe('at most twenty, from the snapshot’s root'),
            omittedPaths: z.int(),
          }),
        ),
      }),
    ),
    record: z.object({
      known: z.int().describe('snapshots that should be there by the record'),
      missing: z
        .array(z.object({ snapshot: z.string(), time: z.string(), of: z.string(), position: z.int() }))
        .describe('on the record, and not in the repository: also among the damage'),
      rolledBackTo: z
        .string()
        .nullable()
        .describe('all newer ones are missing: the time of the newest that is there, or the empty text for none'),
      foreign: z
        .array(z.object({ snapshot: z.string(), time: z.string(), host: z.string(), tags: z.array(z.string()) }))
        .describe('in the repository, and not on the record'),
    }),
  })
  .meta({ id: 'VolumeVerified' });

export type VolumeVerified = z.infer<typeof volumeVerifiedSchema>;
