import { z } from 'zod';
import { volumeProblemSchema } from '#api/volume-parts.ts';

/** What `holdfast volume show --format json` prints. */
export const volumeShownSchema = z
  .object({
    snapshot: z.string().describe('64 hexadecimal digits'),
    time: z.string().describe('when it was taken, as it says'),
    host: z.string().describe('under which name it is kept'),
    volume: z.string().nullable().describe('what it is of; null: a directory of the host, or not taken by holdfast'),
    bind: z.string().nullable().describe('the directory or file of the host that it is of'),
    paths: z.array(z.string()).describe('what it holds, as it lay on the host that it was taken on'),
    tags: z.array(z.string()),
    position: z.int().nullable().describe('of its event on the record; null: the record does not know it'),
    told: z
      .enum(['record', 'manifest', 'nothing'])
      .describe('who says what follows; a manifest is the snapshot’s own word'),
    method: z.string().nullable(),
    dumps: z.array(z.string()).describe('dumps of databases that are in it'),
    bytes: z.int().nullable(),
    files: z.int().nullable(),
    holdMs: z.int().nullable(),
    complete: z.boolean().nullable().describe('false: some things could not be read and are not in it'),
    writers: z.array(
      z.object({
        container: z.string(),
        name: z.string(),
        image: z.string(),
        imageId: z.string().optional(),
        digests: z.array(z.string()),
        user: z.string(),
        state: z.string(),
        judgement: z.enum(['allowed', 'denied', 'unknown']).describe('of its image, today'),
        reason: z.string(),
      }),
    ),
    writersComplete: z.boolean().nullable().describe('whether nobody else can have written since the snapshot before'),
    trusted: z.boolean().describe('whether all that it holds was written by images that are allowed today'),
    why: z.string().describe('why it is trusted, or is not'),
    problems: z.array(volumeProblemSchema),
  })
  .meta({ id: 'VolumeSnapshotShown' });

export type VolumeShown = z.infer<typeof volumeShownSchema>;

/** What `holdfast volume browse --format json` prints. */
export const volumeBrowsedSchema = z
  .object({
    snapshot: z.string(),
    path: z.string().describe('what was asked for, from the root of the data, of the dumps, or of the whole snapshot'),
    reader: z.enum(['own', 'restic']).describe('own: without restic, each hash checked'),
    entries: z.array(
      z.object({
        path: z.string().describe('from the same root; bytes that are no text as \\xHH'),
        pathBase64: z.string().optional().describe('its bytes, where they are no plain text'),
        type: z.string(),
        sizeBytes: z.int(),
        mode: z.string().describe('octal'),
        uid: z.int(),
        gid: z.int(),
        mtime: z.string(),
        linkTarget: z.string().optional(),
      }),
    ),
    problems: z.array(volumeProblemSchema).describe('what could not be read'),
  })
  .meta({ id: 'VolumeSnapshotBrowsed' });

export type VolumeBrowsed = z.infer<typeof volumeBrowsedSchema>;
