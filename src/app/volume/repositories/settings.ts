import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import type { Home } from '#app/home/home.ts';
import { replaceFile } from '#base/files/replace-file.ts';
import { HoldfastError, systemCode } from '#core/errors.ts';
import { retentionSettingsSchema } from '#volume/retention/retention-settings.ts';

const schema = z.object({
  version: z.literal(1),
  name: z.string(),
  engine: z.literal('restic'),
  /** Without credentials. */
  location: z.string(),
  /** Of the repository itself. */
  id: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
  formatVersion: z.number(),
  /** What snapshots of this home are made under: containers and machines change their names. */
  host: z.string(),
  /** It was there before: others may work with it. */
  shared: z.boolean(),
  /** A file of the operator’s with what the server wants to know; the environment without it. */
  credentialsFile: z.optional(z.string()),
  certificatesFile: z.optional(z.string()),
  options: z.array(z.string()),
  addedAt: z.string(),
  /** Which snapshots are kept; all of them without it. */
  retention: z.optional(retentionSettingsSchema),
});

/** A repository as a home knows it. There is no secret in it. */
export type RepositorySettings = z.infer<typeof schema>;

/** Where the parts of a repository lie in a home. */
export function repositoryPaths({ directory }: Pick<Home, 'directory'>, name: string) {
  const repositories = join(directory, 'repositories');
  const keys = join(directory, 'keys', 'repositories');
  return {
    settings: join(repositories, `${name}.json`),
    state: join(repositories, 'state', `${name}.json`),
    /** What the names of lock files begin with. */
    turns: join(repositories, 'turns', name),
    password: join(keys, name),
    /** While a password is changed: the one that comes, and the one that was. */
    nextPassword: join(keys, `${name}.next`),
    previousPassword: join(keys, `${name}.previous`),
    /** Where files with secrets lie while restic runs. */
    work: join(directory, 'keys', 'restic-run'),
  };
}

/** @throws `REPOSITORY_NAME_INVALID` */
export function refuseName(name: string): void {
  if (/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/.test(name)) return;
  throw new HoldfastError(
    'REPOSITORY_NAME_INVALID',
    `${JSON.stringify(name.slice(0, 100))} cannot be a repository’s name`,
    {
      kind: 'usage',
      hint: 'Take letters, digits, - and _, at most 63 of them, and begin with a letter or a digit.',
    },
  );
}

/** Whether a home has a repository of that name. */
export function hasRepository(home: Pick<Home, 'directory'>, name: string): boolean {
  return existsSync(repositoryPaths(home, name).settings);
}

/** @throws `REPOSITORY_UNKNOWN`, `REPOSITORY_UNREADABLE` */
export function readSettings(home: Pick<Home, 'directory'>, name: string): RepositorySettings {
  refuseName(name);
  const { settings } = repositoryPaths(home, name);
  if (!existsSync(settings)) {
    const names = repositoryNames(home);
    throw new HoldfastError('REPOSITORY_UNKNOWN', `This home has no repository ${name}`, {
      kind: 'usage',
      hint: names.length === 0 ? 'Make one: holdfast volume repo init' : `It has ${names.join(', ')}.`,
    });
  }
  try {
    return schema.parse(JSON.parse(readFileSync(settings, 'utf8')));
  } catch (cause) {
    throw new HoldfastError(
      'REPOSITORY_UNREADABLE',
      `${settings} cannot be read (${systemCode(cause) ?? 'not what was written'})`,
      { kind: 'usage', hint: 'Remove it and take the repository over again: holdfast volume repo adopt', cause },
    );
  }
}

/** Puts settings in their place: with them, a home has the repository. @throws `FILE_NOT_WRITTEN` */
export async function writeSettings(home: Pick<Home, 'directory'>, settings: RepositorySettings): Promise<void> {
  const bytes = Buffer.from(`${JSON.stringify(settings, null, 2)}\n`);
  await replaceFile(repositoryPaths(home, settings.name).settings, (append) => append(bytes), { mode: 0o600 });
}

/** Names of the home’s repositories, sorted. */
export function repositoryNames({ directory }: Pick<Home, 'directory'>): readonly string[] {
  let files: readonly string[];
  try {
    files = readdirSync(join(directory, 'repositories'));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
  return files
    .filter((file) => /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}\.json$/.test(file))
    .map((file) => file.slice(0, -'.json'.length))
    .sort();
}
