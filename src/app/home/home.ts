import { readFileSync } from 'node:fs';
import * as z from 'zod/mini';
import type { Environment } from '#app/data-directory.ts';
import { hasHome, homeDirectory, homePaths } from '#app/home/home-directory.ts';
import { replaceFile } from '#base/files/replace-file.ts';
import { HoldfastError, systemCode } from '#core/errors.ts';

const schema = z.object({
  version: z.literal(1),
  /** Which database holds the ledger. A PostgreSQL one's address is never written down: it may hold a password. */
  database: z.enum(['sqlite', 'postgres']),
  /** Where checkpoints are copied to: directories, and http(s) addresses. */
  checkpointPlaces: z.array(z.string()),
});

export type HomeConfig = z.infer<typeof schema>;

/** A configuration as it is written. */
export function formatConfig(config: HomeConfig): string {
  return `${JSON.stringify(config, null, 2)}\n`;
}

/** Puts a configuration in its place: with it, a home counts as made. @throws `FILE_NOT_WRITTEN` */
export async function writeConfig(directory: string, config: HomeConfig): Promise<void> {
  const bytes = Buffer.from(formatConfig(config));
  await replaceFile(homePaths(directory).config, (append) => append(bytes), { mode: 0o600 });
}

/** Reads it back. Throws an error of no form for anything else. */
export function parseConfig(text: string): HomeConfig {
  return schema.parse(JSON.parse(text));
}

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
    return { directory, config: parseConfig(readFileSync(config, 'utf8')) };
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
