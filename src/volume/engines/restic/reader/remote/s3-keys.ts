import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Credentials } from '#volume/engines/engine.ts';
import { type RoleKey, roleKey } from '#volume/engines/restic/reader/remote/s3-role.ts';
import type { S3Key } from '#volume/engines/restic/reader/remote/s3-sign.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const MOST_BYTES = 64 * 1024;

/** Keys of roles are asked for anew so long before they end. */
const MARGIN_MS = 5 * 60 * 1000;

/**
 * The key for a bucket, found as restic finds it: the repository's own, else the profile `default` in `~/.aws/credentials`,
 * else that of this container's or machine's role, else none, which public buckets accept.
 */
export function s3Keys(
  { credentials }: { readonly credentials: Credentials },
  environment: Environment,
  ask: (environment: Environment) => Promise<RoleKey | undefined> = roleKey,
): () => Promise<S3Key | undefined> {
  if (credentials.kind === 's3') return async () => credentials;
  const inFile = keyInFile(environment['HOME']);
  if (inFile !== undefined) return async () => inFile;
  let asked: Promise<RoleKey | undefined> | undefined;
  return async () => {
    const known = await asked;
    const isOver = known !== undefined && known.untilMs > 0 && known.untilMs - MARGIN_MS < Date.now();
    if (asked === undefined || isOver) asked = ask(environment);
    return (await asked)?.key;
  };
}

function keyInFile(home: string | undefined): S3Key | undefined {
  if (!home) return undefined;
  let text: string;
  try {
    const path = join(home, '.aws', 'credentials');
    if (statSync(path).size > MOST_BYTES) return undefined;
    text = readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
  const values = new Map<string, string>();
  let profile = '';
  for (const line of text.split(/\r?\n/)) {
    profile = /^\s*\[\s*([^\]]*?)\s*\]/.exec(line)?.[1] ?? profile;
    const [, name, value] = /^\s*([a-z_]+)\s*=\s*(.*?)\s*$/i.exec(line) ?? [];
    if (profile === 'default' && name !== undefined && value !== undefined) values.set(name.toLowerCase(), value);
  }
  const [keyId, secret, sessionToken] = ['aws_access_key_id', 'aws_secret_access_key', 'aws_session_token'].map(
    (name) => values.get(name),
  );
  if (!keyId || !secret) return undefined;
  return { keyId, secret, ...(sessionToken ? { sessionToken } : {}) };
}
