import { z } from 'zod';

/** What `holdfast affected --format json` prints. */
export const affectedReportSchema = z
  .object({
    asked: z.string().describe('the vulnerability’s id or the package URL'),
    advisories: z
      .string()
      .nullable()
      .describe('when the advisories were made that were compared with; null for package URLs'),
    starterOnly: z.boolean().describe('compared with the built-in starter set only'),
    images: z.array(
      z.object({
        image: z.string().describe('its stream in the record: image:<digest>, or target:<kind>:<reference>'),
        reference: z.string().describe('as it was last called'),
        firstSeen: z.string().describe('when it first came on the record: ISO 8601'),
        lastSeen: z.string(),
        position: z.int().describe('of its newest event in the record'),
        packages: z.array(
          z.object({
            purl: z.string(),
            version: z.string(),
            severity: z.string().optional(),
            fixedVersions: z.array(z.string()),
          }),
        ),
      }),
    ),
    unread: z
      .int()
      .describe('recorded images whose inventory is gone or damaged: whether they are affected is unknown'),
  })
  .meta({ id: 'AffectedReport' });

export type AffectedReport = z.infer<typeof affectedReportSchema>;
