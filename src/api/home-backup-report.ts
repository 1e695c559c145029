import { z } from 'zod';

const problems = z.array(z.object({ code: z.string(), message: z.string() }).loose());

/** What `holdfast home backup --format json` prints. */
export const homeBackupReportSchema = z
  .object({
    file: z.string().describe('- for standard output'),
    sha256: z.string().describe('of the file, hexadecimal'),
    sizeBytes: z.int(),
    madeAt: z.string().describe('ISO 8601, UTC'),
    encryption: z.enum(['passphrase', 'recipients']),
    recipients: z.array(z.string()),
    database: z.enum(['sqlite', 'postgres']).describe('where the ledger is'),
    events: z.int(),
    root: z.string().describe('base64 of the RFC 6962 root over them'),
    origin: z.string().describe('the log’s name in its checkpoints'),
    verifierKey: z.string(),
    checkpointPlaces: z.array(z.string()),
    blobs: z.int(),
    blobBytes: z.int(),
    problems: problems.describe('what is not in the file, because it is missing or damaged'),
  })
  .meta({ id: 'HomeBackupReport' });

export type HomeBackupReport = z.infer<typeof homeBackupReportSchema>;

/** What `holdfast home restore --format json` prints. */
export const homeRestoreReportSchema = z
  .object({
    directory: z.string(),
    database: z.enum(['sqlite', 'postgres']),
    ledger: z
      .enum(['restored', 'kept'])
      .describe('kept: the PostgreSQL database held this record already, and only keys and blobs came back'),
    madeAt: z.string().describe('when the backup was made'),
    events: z.int().describe('that the backup held'),
    root: z.string(),
    verifierKey: z.string(),
    blobs: z.int(),
    newestCheckpoint: z
      .int()
      .describe('events that the newest copied checkpoint proves; more than came back: the rest is lost'),
    problems,
  })
  .meta({ id: 'HomeRestoreReport' });

export type HomeRestoreReport = z.infer<typeof homeRestoreReportSchema>;
