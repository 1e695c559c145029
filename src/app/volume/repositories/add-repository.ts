import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, resolve } from 'node:path';
import type { Environment } from '#app/data-directory.ts';
import type { OpenRecord } from '#app/home/open-record.ts';
import { accessOf } from '#app/volume/repositories/open-repository.ts';
import { openFileProblems, readPasswordFile, writeSecret } from '#app/volume/repositories/secret-files.ts';
import {
  hasRepository,
  type RepositorySettings,
  readSettings,
  refuseName,
  repositoryNames,
  repositoryPaths,
  writeSettings,
} from '#app/volume/repositories/settings.ts';
import { HoldfastError, type Problem } from '#core/errors.ts';
import { parseLocation } from '#volume/engines/restic/location.ts';
import { resticEngine } from '#volume/engines/restic/restic-engine.ts';

export interface AddRequest {
  /** Made anew, or there already. */
  readonly how: 'init' | 'adopt';
  readonly name: string;
  readonly location: string;
  readonly passwordFile: string;
  readonly credentialsFile?: string;
  readonly certificatesFile?: string;
  readonly options: readonly string[];
  /** What snapshots are made under; this machine’s name when absent. */
  readonly host?: string;
}

export interface AddDeps {
  readonly record: OpenRecord;
  readonly environment: Environment;
  readonly actor: string;
  readonly now: () => Date;
}

export interface AddedRepository {
  readonly settings: RepositorySettings;
  readonly engineVersion: string;
  /** That were in it already. */
  readonly snapshots: number;
  readonly problems: readonly Problem[];
}

/**
 * Makes a repository or takes one over, tells the ledger, and only then counts it as the home’s. What fails leaves no
 * settings and no password behind.
 * @throws `REPOSITORY_*`, `RESTIC_*`, `FILE_NOT_WRITTEN`, `LEDGER_*`, `DATABASE_*`
 */
export async function addRepository(request: AddRequest, deps: AddDeps): Promise<AddedRepository> {
  const { record, environment, actor, now } = deps;
  const { home } = record;
  const { how, name } = request;
  refuseName(name);
  if (hasRepository(home, name)) {
    throw new HoldfastError('REPOSITORY_EXISTS', `This home has a repository ${name} already`, { kind: 'usage' });
  }
  const location = parseLocation(request.location);
  if (how === 'init' && location.kind === 'directory') refusePlace(location.text);
  const password = readPasswordFile(request.passwordFile, how === 'init');
  const draft = {
    ...{ version: 1 as const, name, engine: 'restic' as const, location: location.text },
    ...{ host: hostOf(request.host), shared: how === 'adopt', options: optionsOf(request.options) },
    ...fileOf('credentialsFile', request.credentialsFile),
    ...fileOf('certificatesFile', request.certificatesFile),
  };
  const engine = resticEngine(accessOf(home, draft, environment), environment);
  const engineVersion = await engine.version();
  const path = repositoryPaths(home, name).password;
  const isNew = refuseOtherPassword(path, password);
  await writeSecret(path, password);
  try {
    const identity = await (how === 'init' ? engine.init() : engine.identity());
    refuseKnown(home, identity.id);
    const snapshots = how === 'init' ? 0 : (await engine.snapshots()).length;
    const made = { name, id: identity.id, engine: draft.engine, location: location.text };
    const data = { ...made, formatVersion: identity.version, engineVersion };
    await record.ledger.append({
      stream: `repository:${identity.id}`,
      events: [
        how === 'init'
          ? { type: 'repository.initialised', data }
          : { type: 'repository.adopted', data: { ...data, snapshots } },
      ],
      actor,
    });
    const settings = { ...draft, id: identity.id, formatVersion: identity.version, addedAt: now().toISOString() };
    await writeSettings(home, settings);
    return { settings, engineVersion, snapshots, problems: openFileProblems(request.passwordFile) };
  } catch (error) {
    if (isNew) rmSync(path, { force: true });
    throw error;
  }
}

/** @returns whether there is none yet */
function refuseOtherPassword(path: string, password: string): boolean {
  if (!existsSync(path)) return true;
  if (readFileSync(path, 'utf8').trim() === password) return false;
  throw new HoldfastError(
    'REPOSITORY_PASSWORD_LEFT',
    `${path} holds another password, of a repository that is not known`,
    {
      kind: 'usage',
      hint: 'Keep it elsewhere if something may be encrypted with it, then remove the file.',
    },
  );
}

/** Two names for one repository would take turns by each name alone. */
function refuseKnown(home: OpenRecord['home'], id: string): void {
  const known = repositoryNames(home).find((name) => readSettings(home, name).id === id);
  if (known === undefined) return;
  throw new HoldfastError('REPOSITORY_EXISTS', `This is the repository that the home knows as ${known}`, {
    kind: 'usage',
  });
}

/** A mount that is not there must not become a directory on the disk that it was to protect from. */
function refusePlace(directory: string): void {
  const parent = dirname(directory);
  if (statSync(parent, { throwIfNoEntry: false })?.isDirectory() === true) return;
  throw new HoldfastError('REPOSITORY_PLACE_MISSING', `${parent} is no directory`, {
    kind: 'usage',
    hint: 'Mount it, or make it.',
  });
}

function hostOf(given: string | undefined): string {
  const host = given ?? hostname();
  if (/^[^\s,\p{Cc}]{1,200}$/u.test(host)) return host;
  throw new HoldfastError('REPOSITORY_HOST_INVALID', `${JSON.stringify(host)} cannot be a host’s name`, {
    kind: 'usage',
    hint: 'Give --host NAME.',
  });
}

function optionsOf(given: readonly string[]): string[] {
  for (const option of given) {
    if (/^(?:sftp|s3|rest|local)\.[a-z-]+=[^\p{Cc}]+$/u.test(option)) continue;
    throw new HoldfastError('REPOSITORY_OPTION_INVALID', `${JSON.stringify(option.slice(0, 200))} is no option`, {
      kind: 'usage',
      hint: 'Write what restic takes with -o for sftp, s3, rest or local, such as sftp.command=… It is written down: no secrets.',
    });
  }
  return [...given];
}

function fileOf<K extends string>(key: K, path: string | undefined): { readonly [key in K]?: string } {
  if (path === undefined) return {};
  const absolute = resolve(path);
  if (!existsSync(absolute)) {
    throw new HoldfastError('REPOSITORY_SECRET_UNREADABLE', `${absolute} is not there`, { kind: 'usage' });
  }
  return { [key]: absolute } as { readonly [key in K]?: string };
}
