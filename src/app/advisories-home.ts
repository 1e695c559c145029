import { join } from 'node:path';
import { dataDirectory, type Environment } from '#app/data-directory.ts';

/** The file of advisories that is used when none is named: HOLDFAST_ADVISORIES, else `advisories.db` among the user's data. */
export function advisoriesHome(environment: Environment): string {
  return environment['HOLDFAST_ADVISORIES'] || join(dataDirectory(environment), 'advisories.db');
}

/** Where `holdfast db update` keeps what it downloaded: beside the file. */
export function downloadsHome(file: string): string {
  return `${file}.downloads`;
}
