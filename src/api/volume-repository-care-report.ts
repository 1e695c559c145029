import { z } from 'zod';

/** What `holdfast volume repo rotate-password --format json` prints. */
export const repositoryPasswordRotatedSchema = z
  .object({
    name: z.string(),
    id: z.string().describe('of the repository itself, 64 hexadecimal digits'),
    newKey: z.string().describe('restic’s id of the key that the new password opens'),
    removedKey: z.string().nullable().describe('of the old one; null: it was left, and still opens the repository'),
  })
  .meta({ id: 'VolumeRepositoryPasswordRotated' });

export type RepositoryPasswordRotated = z.infer<typeof repositoryPasswordRotatedSchema>;

/** What `holdfast volume repo copy --format json` prints. */
export const repositoryCopiedSchema = z
  .object({
    from: z.string(),
    to: z.string(),
    snapshots: z
      .array(
        z.object({
          snapshot: z.string().describe('its id in the one'),
          copy: z.string().describe('its id in the other'),
        }),
      )
      .describe('all that were asked for: also those that were there already'),
  })
  .meta({ id: 'VolumeRepositoryCopied' });

export type RepositoryCopied = z.infer<typeof repositoryCopiedSchema>;

/** What `holdfast volume repo unlock --format json` prints. */
export const repositoryUnlockedSchema = z
  .object({
    name: z.string(),
    locks: z.int().describe('that stay, since their owners may live'),
  })
  .meta({ id: 'VolumeRepositoryUnlocked' });

export type RepositoryUnlocked = z.infer<typeof repositoryUnlockedSchema>;

/** What `holdfast volume repo recovery-sheet --format json` prints. */
export const recoverySheetSchema = z
  .object({
    name: z.string(),
    id: z.string(),
    location: z.string().describe('without credentials'),
    host: z.string().describe('what this home keeps its snapshots under'),
    formatVersion: z.int(),
    engineVersion: z.string().describe('of restic here; unknown: it could not be asked'),
    snapshots: z.int().nullable().describe('null: the repository could not be asked'),
    newest: z.string().nullable().describe('when the newest was taken'),
    printedAt: z.string().describe('ISO 8601, UTC'),
    sheet: z.string().describe('the page for people'),
    problems: z.array(z.object({ code: z.string(), message: z.string() }).loose()),
  })
  .meta({ id: 'VolumeRecoverySheet' });

export type RecoverySheet = z.infer<typeof recoverySheetSchema>;
