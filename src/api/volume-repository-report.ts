import { z } from 'zod';

const repository = {
  name: z.string().describe('what this home calls it'),
  id: z.string().describe('of the repository itself, 64 hexadecimal digits'),
  engine: z.literal('restic'),
  location: z.string().describe('without credentials'),
  formatVersion: z.int(),
  host: z.string().describe('what this home keeps its snapshots under'),
  shared: z.boolean().describe('it was taken over: others may work with it'),
  addedAt: z.string().describe('ISO 8601, UTC'),
};

const problems = z.array(z.object({ code: z.string(), message: z.string() }).loose());

/** What `holdfast volume repo init` and `adopt` print with `--format json`. */
export const repositoryAddedSchema = z
  .object({
    ...repository,
    engineVersion: z.string(),
    snapshots: z.int().describe('that were in it already'),
    problems,
  })
  .meta({ id: 'VolumeRepositoryAdded' });

export type RepositoryAdded = z.infer<typeof repositoryAddedSchema>;

/** What `holdfast volume repo ls --format json` prints. */
export const repositoryListSchema = z
  .object({
    repositories: z.array(
      z.object({
        ...repository,
        lastCheckAt: z.nullable(z.string()),
        damaged: z.array(z.string()).describe('what was damaged when it was looked at last: structure, or PART/PARTS'),
      }),
    ),
    problems,
  })
  .meta({ id: 'VolumeRepositoryList' });

export type RepositoryList = z.infer<typeof repositoryListSchema>;

/** What `holdfast volume repo check --format json` prints. */
export const repositoryCheckedSchema = z
  .object({
    name: z.string(),
    id: z.string(),
    part: z
      .nullable(z.object({ part: z.int(), of: z.int() }))
      .describe('of the data; null when only the structure was checked'),
    whole: z.boolean(),
    messages: z.array(z.string()).describe('what restic says of the damage'),
    damaged: z.array(z.string()).describe('all that was damaged when it was looked at last'),
  })
  .meta({ id: 'VolumeRepositoryChecked' });

export type RepositoryChecked = z.infer<typeof repositoryCheckedSchema>;
