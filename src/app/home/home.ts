import { readFileSync } from 'node:fs';
import { z } from 'zod/mini';
import type { Environment } from '#app/data-directory.ts';
import { hasHome, homeDirectory, homePaths } from '#app/home/home-directory.ts';
import { HoldfastError, systemCode } from '#core/errors.ts';

const schema = z.object({
  version: z.literal(1),
  /** Which database holds the ledger. A PostgreSQL one's address is never written down: it may hold a password. */
  database: z.enum(['sqlite', 'postgres']),
  /** Where checkpoints are copied to: directories, and http(s) addresses. */
  checkpointPlaces: z.array(z.string()),
});

export type HomeConfig = z.infer<typeof schema>;

/** Where the ledger, its key and its blobs lie. */
export interface Home {
  readonly directory: string;
  readonly config: HomeConfig;
}

/**
 * The home that the environment names; `undefined` where none has been made.
 * @throws `HOME_UNREADABLE`
 */
export function findHome(environment: Environment): Home | undefined {
  const directory = homeDirectory(environment);
  const { config } = homePaths(directory);
  if (!hasHome(environment)) return undefined;
  try {
    return { directory, config: schema.parse(JSON.parse(readFileSync(config, 'utf8'))) };
  } catch (cause) {
    throw new HoldfastError(
      'HOME_UNREADABLE',
      `${config} cannot be read (${systemCode(cause) ?? 'not what was written'})`,
      {
        kind: 'usage',
        hint: 'Restore it from a backup: holdfast home restore. Nothing is recorded until then.',
        cause,
      },
    );
  }
}

/** @throws `HOME_MISSING` */
export function requireHome(environment: Environment): Home {
  const home = findHome(environment);
  if (home !== undefined) return home;
  throw new HoldfastError('HOME_MISSING', `There is no home in ${homeDirectory(environment)}`, {
    kind: 'usage',
    hint: 'Make one with: holdfast init   (HOLDFAST_HOME says where)',
  });
}
