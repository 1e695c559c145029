import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import type { Home } from '#app/home/home.ts';
import { writeSecret } from '#app/volume/repositories/secret-files.ts';
import { HoldfastError, systemCode } from '#core/errors.ts';
import type { Ledger } from '#ledger/ledger.ts';
import { NOTIFICATION_KINDS } from '#notify/notification.ts';
import type { Notifier, OpenTarget } from '#notify/notifier.ts';
import { notifierOf } from '#notify/notifiers/list.ts';

const schema = z.object({
  version: z.literal(1),
  name: z.string(),
  notifier: z.enum(['webhook', 'chat', 'email', 'ping']),
  kinds: z.array(z.enum(NOTIFICATION_KINDS)),
  subjects: z.array(z.string()),
  settings: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
  addedAt: z.string(),
});

/** A target as a home knows it. There is no secret in it. */
export type TargetSettings = z.infer<typeof schema>;

const secretsSchema = z.record(z.string(), z.string());

type HomePlace = Pick<Home, 'directory'>;

/** What is needed of an open record. */
export interface RecordPlace {
  readonly home: HomePlace;
  readonly ledger: Pick<Ledger, 'append'>;
}

/** Where the parts of a target lie in a home. */
export function targetPaths({ directory }: HomePlace, name: string) {
  return {
    settings: join(directory, 'notify', `${name}.json`),
    memory: join(directory, 'notify', 'state', `${name}.json`),
    secrets: join(directory, 'keys', 'notify', `${name}.json`),
  };
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/;

/** @throws `NOTIFY_NAME_INVALID` */
export function refuseTargetName(name: string): void {
  if (NAME.test(name)) return;
  throw new HoldfastError('NOTIFY_NAME_INVALID', `${JSON.stringify(name.slice(0, 100))} cannot be a target’s name`, {
    kind: 'usage',
    hint: 'Take letters, digits, - and _, at most 63 of them, and begin with a letter or a digit.',
  });
}

/** Names of the home’s targets, sorted. */
export function targetNames({ directory }: HomePlace): readonly string[] {
  let files: readonly string[];
  try {
    files = readdirSync(join(directory, 'notify'));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
  const names = files.filter((file) => file.endsWith('.json')).map((file) => file.slice(0, -'.json'.length));
  return names.filter((name) => NAME.test(name)).sort();
}

export function hasTarget(home: HomePlace, name: string): boolean {
  return existsSync(targetPaths(home, name).settings);
}

/** A target, ready to be told. */
export interface HomeTarget {
  readonly settings: TargetSettings;
  readonly notifier: Notifier;
  readonly open: OpenTarget;
}

/** @throws `NOTIFY_NAME_INVALID`, `NOTIFY_TARGET_UNKNOWN`, `NOTIFY_TARGET_UNREADABLE`, `NOTIFY_SETTINGS_INVALID` */
export function openTarget(home: HomePlace, name: string): HomeTarget {
  const settings = readTarget(home, name);
  const notifier = notifierOf(settings.notifier);
  const { secrets: path } = targetPaths(home, name);
  const secrets = readJson(path, (value) => secretsSchema.parse(value));
  return { settings, notifier, open: notifier.open({ settings: settings.settings, secrets }) };
}

/** @throws `NOTIFY_NAME_INVALID`, `NOTIFY_TARGET_UNKNOWN`, `NOTIFY_TARGET_UNREADABLE` */
export function readTarget(home: HomePlace, name: string): TargetSettings {
  refuseTargetName(name);
  if (!hasTarget(home, name)) {
    const names = targetNames(home);
    throw new HoldfastError('NOTIFY_TARGET_UNKNOWN', `This home has no target ${name}`, {
      kind: 'usage',
      hint: names.length === 0 ? 'Add one: holdfast notify add' : `It has ${names.join(', ')}.`,
    });
  }
  return readJson(targetPaths(home, name).settings, (value) => schema.parse(value));
}

function readJson<T>(path: string, parse: (value: unknown) => T): T {
  try {
    return parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    const why = systemCode(cause) ?? 'not what was written';
    throw new HoldfastError('NOTIFY_TARGET_UNREADABLE', `${path} cannot be read (${why})`, {
      kind: 'usage',
      hint: 'Remove the target and add it again: holdfast notify rm',
    });
  }
}

/** Puts a target in its place, its secrets first. Both can be read by this user only. @throws `FILE_NOT_WRITTEN` */
export async function writeTarget(
  home: HomePlace,
  settings: TargetSettings,
  secrets: Readonly<Record<string, string>>,
): Promise<void> {
  const paths = targetPaths(home, settings.name);
  await writeSecret(paths.secrets, JSON.stringify(secrets, null, 2));
  await writeSecret(paths.settings, JSON.stringify(settings, null, 2));
}

/** Takes a target away, its secrets last: what is interrupted can be done again. */
export function eraseTarget(home: HomePlace, name: string): void {
  const paths = targetPaths(home, name);
  for (const path of [paths.settings, paths.memory, paths.secrets]) rmSync(path, { force: true });
}
