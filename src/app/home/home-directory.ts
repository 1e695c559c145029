import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { dataDirectory, type Environment } from '#app/data-directory.ts';

/** HOLDFAST_HOME, else `holdfast` among the user's data. */
export function homeDirectory(environment: Environment): string {
  return environment['HOLDFAST_HOME'] || dataDirectory(environment);
}

/** Where the parts of a home lie. */
export function homePaths(directory: string) {
  return {
    config: join(directory, 'config.json'),
    database: join(directory, 'ledger.db'),
    blobs: join(directory, 'blobs'),
    keys: join(directory, 'keys'),
    key: join(directory, 'keys', 'ledger.key'),
    publicKey: join(directory, 'keys', 'ledger.pub'),
  };
}

/** Whether a home has been made where the environment says. */
export function hasHome(environment: Environment): boolean {
  return existsSync(homePaths(homeDirectory(environment)).config);
}
