import { isAbsolute } from 'node:path';
import type { Environment } from '#app/data-directory.ts';
import { openFileProblems, readSecretFile } from '#app/volume/repositories/secret-files.ts';
import { HoldfastError } from '#core/errors.ts';
import type { Credentials } from '#volume/engines/engine.ts';

/** How AWS’s tools and restic call what S3 and rest-server want to know. */
const NAMES = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'RESTIC_REST_USERNAME',
  'RESTIC_REST_PASSWORD',
];

/**
 * What a location’s server wants to know: from the file, else from the environment.
 * @param file absolute, mode 0600: lines `NAME=value`, or the form of AWS’s credentials
 * @throws `REPOSITORY_CREDENTIALS_OPEN`, `REPOSITORY_CREDENTIALS_INVALID`, `REPOSITORY_SECRET_UNREADABLE`
 */
export function findCredentials(location: string, file: string | undefined, environment: Environment): Credentials {
  const kind = location.startsWith('s3:') ? 's3' : location.startsWith('rest:') ? 'rest' : 'none';
  if (kind === 'none') return { kind };
  const where = file ?? 'the environment';
  const values = file === undefined ? environment : valuesIn(file);
  const pick = (name: string) => {
    const value = values[name];
    if (value === undefined || value === '') return undefined;
    if (/\p{Cc}/u.test(value)) throw invalid(`${name} in ${where} has control characters`);
    return value;
  };
  if (kind === 's3') {
    const [keyId, secret, sessionToken] = NAMES.map(pick);
    if (keyId === undefined && secret === undefined) return { kind: 'none' };
    if (keyId === undefined || secret === undefined)
      throw invalid(`${where} has only one of ${NAMES[0]} and ${NAMES[1]}`);
    return { kind, keyId, secret, ...(sessionToken === undefined ? {} : { sessionToken }) };
  }
  const [user, password] = [pick('RESTIC_REST_USERNAME'), pick('RESTIC_REST_PASSWORD')];
  if (user === undefined && password === undefined) return { kind: 'none' };
  if (user === undefined || password === undefined) {
    throw invalid(`${where} has only one of RESTIC_REST_USERNAME and RESTIC_REST_PASSWORD`);
  }
  return { kind, user, password };
}

function valuesIn(file: string): Readonly<Record<string, string>> {
  if (!isAbsolute(file)) throw new Error('a credentials file must be absolute');
  const text = readSecretFile(file);
  if (openFileProblems(file).length > 0) {
    throw new HoldfastError('REPOSITORY_CREDENTIALS_OPEN', `Others may read ${file}`, {
      kind: 'usage',
      hint: `chmod 600 ${file}`,
    });
  }
  const values: Record<string, string> = {};
  for (const line of text.split(/\r?\n/)) {
    const found = /^\s*(?:export\s+)?([A-Za-z_]+)\s*=\s*(.*?)\s*$/.exec(line);
    const name = found?.[1]?.toUpperCase() ?? '';
    if (NAMES.includes(name)) values[name] = unquoted(found?.[2] ?? '');
  }
  if (Object.keys(values).length > 0) return values;
  throw invalid(`${file} has none of ${NAMES.join(', ')}`);
}

function unquoted(value: string): string {
  return /^(["']).*\1$/.test(value) && value.length > 1 ? value.slice(1, -1) : value;
}

function invalid(message: string): HoldfastError {
  return new HoldfastError('REPOSITORY_CREDENTIALS_INVALID', message, {
    kind: 'usage',
    hint: 'Write lines such as AWS_ACCESS_KEY_ID=… and AWS_SECRET_ACCESS_KEY=…, or RESTIC_REST_USERNAME=… and RESTIC_REST_PASSWORD=….',
  });
}
