import type { RepositorySettings } from '#app/volume/repositories/settings.ts';

/** What the sheet says beside the settings. */
export interface SheetFacts {
  readonly engineVersion: string;
  readonly printedAt: Date;
  /** Null: the repository could not be asked. */
  readonly snapshots: number | null;
  readonly newest: string | null;
}

/**
 * What somebody needs to know to get the data back with restic alone, on one page of plain text. There is no secret on it.
 */
export function repositorySheet(settings: RepositorySettings, facts: SheetFacts): string {
  const { name, id, location, host, options } = settings;
  const secrets = secretsFor(location);
  const flags = options.map((option) => ` -o ${quoted(option)}`).join('');
  const restic = `restic${flags}`;
  return [
    'HOLDFAST RECOVERY SHEET: SNAPSHOTS',
    '',
    `Repository   ${name}`,
    `Location     ${location}`,
    `Id           ${id}`,
    `Made with    restic ${facts.engineVersion}, format ${settings.formatVersion}`,
    `Host         ${host}   (snapshots of this home are kept under it)`,
    `Snapshots    ${facts.snapshots === null ? 'unknown: the repository could not be asked' : `${facts.snapshots}, the newest of ${facts.newest ?? 'never'}`}`,
    `Printed at   ${facts.printedAt.toISOString()}`,
    '',
    'You need',
    `  1. the repository at the location above`,
    '  2. its password                        kept at: ______________________________',
    ...secrets.map((line, index) => `  ${index + 3}. ${line.padEnd(36)}kept at: ______________________________`),
    '',
    'The password is not on this sheet. Without it nobody can read the data, Holdfast included.',
    '',
    'Without Holdfast, with restic 0.14 or newer (apt install restic)',
    `  export RESTIC_REPOSITORY=${quoted(location)}`,
    '  export RESTIC_PASSWORD_FILE=/path/to/a/file/with/the/password',
    ...exportsFor(location),
    `  ${restic} cat config                       # the id must be the one above`,
    `  ${restic} snapshots --host ${quoted(host)}`,
    `  ${restic} restore SNAPSHOT --target /a/new/empty/directory --verify`,
    '  The files lie in it under their whole path. Holdfast’s snapshots have a manifest.json that says',
    '  which images wrote the data. Stop what uses a volume before its files are put into it.',
    `  ${restic} check --read-data                # reads everything: is the repository whole?`,
    '',
    'With Holdfast, on any machine',
    '  holdfast init',
    `  holdfast volume repo adopt ${name} --location ${quoted(location)} --host ${quoted(host)} \\`,
    `    --password-file FILE${options.map((option) => ` --option ${quoted(option)}`).join('')}${secrets.length === 0 || location.startsWith('sftp:') ? '' : ' --credentials-file FILE'}`,
    '',
  ].join('\n');
}

function secretsFor(location: string): readonly string[] {
  if (location.startsWith('s3:')) return ['access key and secret of S3'];
  if (location.startsWith('rest:')) return ['user and password, if it asks'];
  if (location.startsWith('sftp:')) return ['an ssh key that it lets in'];
  return [];
}

function exportsFor(location: string): readonly string[] {
  if (location.startsWith('s3:')) return ['  export AWS_ACCESS_KEY_ID=... AWS_SECRET_ACCESS_KEY=...'];
  if (location.startsWith('rest:')) return ['  # with a login: RESTIC_REPOSITORY=rest:https://USER:PASSWORD@HOST...'];
  return [];
}

/** As a shell takes it. */
function quoted(text: string): string {
  return /^[A-Za-z0-9_./:@+=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
