import { z } from 'zod';

const problems = z.array(z.object({ code: z.string(), message: z.string() }).loose());

const writer = z.object({
  container: z.string(),
  name: z.string(),
  image: z.string(),
  imageId: z.string().optional(),
  digests: z.array(z.string()),
  user: z.string(),
  state: z.string().describe('removed: it is gone'),
  capabilities: z
    .object({ privileged: z.boolean(), added: z.array(z.string()), dropped: z.array(z.string()) })
    .optional()
    .describe('absent where it was gone before it could be asked'),
  scan: z.int().optional().describe('position on the record of the newest scan of its image; absent: there is none'),
  alike: z.int().optional().describe('how many others were like it but for their names'),
});

/** What `holdfast volume snapshot --format json` prints. */
export const snapshotTakenSchema = z
  .object({
    snapshot: z.string().describe('64 hexadecimal digits'),
    volume: z.string().describe('or the path of a directory of the host'),
    method: z.string().describe('pause, stop, still or live; dump+ before it when dumps of databases are in it'),
    holdMs: z.int().describe('how long the writers stood still'),
    bytes: z.int(),
    bytesAdded: z.int().describe('what the repository grew by'),
    files: z.int(),
    dumps: z.array(z.string()),
    complete: z.boolean(),
    writers: z
      .array(writer)
      .describe(
        'who had it mounted so that they could write, at any time since the snapshot before; without capabilities: who may have had',
      ),
    writersComplete: z.boolean().describe('whether nobody else can have written since the snapshot before'),
    writersUnknown: z.array(z.string()).optional().describe('why there may have been others'),
    late: z
      .object({ writers: z.array(writer), unknown: z.array(z.string()) })
      .optional()
      .describe('who came while it was taken, and why there may have been others then'),
    problems,
  })
  .meta({ id: 'VolumeSnapshotTaken' });

export type SnapshotTaken = z.infer<typeof snapshotTakenSchema>;

/** What `holdfast volume snapshot --format json` prints for several targets, a stack, or all of them. */
export const snapshotsTakenSchema = z
  .object({
    snapshots: z.array(snapshotTakenSchema).describe('of volumes and directories on their own'),
    stacks: z.array(
      z.object({
        stack: z.string(),
        snapshot: z.string().describe('of the one that holds its definition and ties the parts together'),
        method: z.string(),
        holdMs: z.int().describe('how long its writers stood still, all together'),
        containers: z.int(),
        complete: z.boolean(),
        parts: z.array(snapshotTakenSchema),
        problems,
      }),
    ),
    failed: z.array(
      z.object({ kind: z.enum(['stack', 'target']), name: z.string(), code: z.string(), message: z.string() }),
    ),
  })
  .meta({ id: 'VolumeSnapshotsTaken' });

export type SnapshotsTaken = z.infer<typeof snapshotsTakenSchema>;

/** What `holdfast volume snapshots --format json` prints. */
export const snapshotListSchema = z
  .object({
    snapshots: z.array(
      z.object({
        snapshot: z.string(),
        time: z.string(),
        volume: z
          .string()
          .nullable()
          .describe('or the path of a directory; null: a stack’s definition, or not taken by holdfast'),
        stack: z.string().nullable().describe('that it was taken with, or that it is the definition of'),
        method: z.string().nullable(),
        host: z.string(),
        paths: z.array(z.string()),
        position: z.int().nullable().describe('of its event on the record; null: the record does not know it'),
        drilled: z
          .object({ at: z.string(), outcome: z.enum(['passed', 'failed', 'unproven']) })
          .nullable()
          .describe('its last drill'),
      }),
    ),
    missing: z
      .array(z.object({ snapshot: z.string(), time: z.string(), volume: z.string(), position: z.int() }))
      .describe('on the record, and not in the repository any more'),
  })
  .meta({ id: 'VolumeSnapshotList' });

export type SnapshotList = z.infer<typeof snapshotListSchema>;
