import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from '#base/files/lock-file.ts';
import { writing } from '#base/files/writing.ts';
import type { Credentials, RepositoryAccess } from '#volume/engines/engine.ts';

/** Files that restic reads its location and credentials from: neither stands in an environment or an argument. */
export interface RunFiles {
  readonly repositoryFile: string;
  /** In the form of AWS’s shared credentials. */
  readonly awsFile?: string;
  remove(): void;
}

const SECRET = { mode: 0o600, flag: 'wx' } as const;

/** Writes them into a directory of this run. What a killed process left is removed. @throws `FILE_NOT_WRITTEN` */
export function writeRunFiles({ location, credentials, workDirectory }: RepositoryAccess): RunFiles {
  return writing(workDirectory, () => {
    mkdirSync(workDirectory, { recursive: true, mode: 0o700 });
    removeLeft(workDirectory);
    const directory = mkdtempSync(join(workDirectory, `run-${process.pid}-`));
    const repositoryFile = join(directory, 'repository');
    const awsFile = join(directory, 'aws');
    writeFileSync(repositoryFile, `${withCredentials(location, credentials)}\n`, SECRET);
    if (credentials.kind === 's3') writeFileSync(awsFile, awsProfile(credentials), SECRET);
    return {
      repositoryFile,
      ...(credentials.kind === 's3' ? { awsFile } : {}),
      remove: () => rmSync(directory, { recursive: true, force: true }),
    };
  });
}

/** What must not be shown, should restic say it. */
export function secretsOf(credentials: Credentials): readonly string[] {
  switch (credentials.kind) {
    case 'none':
      return [];
    case 's3':
      return [credentials.secret, ...(credentials.sessionToken === undefined ? [] : [credentials.sessionToken])];
    case 'rest':
      return [credentials.password, encodeURIComponent(credentials.password)];
  }
}

function withCredentials(location: string, credentials: Credentials): string {
  if (credentials.kind !== 'rest' || !location.startsWith('rest:')) return location;
  const login = `${encodeURIComponent(credentials.user)}:${encodeURIComponent(credentials.password)}@`;
  return location.replace(/^(rest:https?:\/\/)/, (start) => `${start}${login}`);
}

function awsProfile({ keyId, secret, sessionToken }: Extract<Credentials, { kind: 's3' }>): string {
  return [
    '[default]',
    `aws_access_key_id = ${keyId}`,
    `aws_secret_access_key = ${secret}`,
    ...(sessionToken === undefined ? [] : [`aws_session_token = ${sessionToken}`]),
    '',
  ].join('\n');
}

function removeLeft(workDirectory: string): void {
  for (const name of readdirSync(workDirectory)) {
    const pid = /^run-(\d+)-/.exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    rmSync(join(workDirectory, name), { recursive: true, force: true });
  }
}
