import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { HoldfastError, systemCode } from '#core/errors.ts';
import { isObject, type JsonObject } from '#core/oci/json.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const LIMIT_BYTES = 1024 * 1024;
const ABSENT = new Set(['ENOENT', 'ENOTDIR']);

/** A file of credentials: `required` when it was named, so that its absence is an error. */
export interface AuthFile {
  readonly path: string;
  readonly required: boolean;
}

/**
 * Where clients keep credentials, first come first asked (containers-auth.json(5), docker's config.json): the file that
 * REGISTRY_AUTH_FILE names, and then no other; else Podman's for this login and for this user, then Docker's.
 */
export function authFiles(environment: Environment): readonly AuthFile[] {
  const named = environment['REGISTRY_AUTH_FILE'];
  if (named) return [{ path: named, required: true }];
  const home = environment['HOME'] || homedir();
  const runtime = environment['XDG_RUNTIME_DIR'];
  const login = runtime ? join(runtime, 'containers') : `/run/containers/${process.getuid?.() ?? 0}`;
  return [
    join(login, 'auth.json'),
    join(environment['XDG_CONFIG_HOME'] || join(home, '.config'), 'containers', 'auth.json'),
    join(environment['DOCKER_CONFIG'] || join(home, '.docker'), 'config.json'),
  ].map((path) => ({ path, required: false }));
}

/** The error for a file of credentials that cannot be used; never repeats what is in it. */
export function authFileInvalid(path: string, why: string): HoldfastError {
  return new HoldfastError('REGISTRY_AUTH_FILE_INVALID', `The credentials in ${path} cannot be used: ${why}`, {
    hint: 'Correct the file, or log in again with docker login or podman login.',
    path,
    kind: 'usage',
  });
}

/** The file's JSON object; undefined for a file that need not be there and is not. @throws `REGISTRY_AUTH_FILE_INVALID` */
export function readAuthFile(file: AuthFile): JsonObject | undefined {
  let text: string;
  try {
    if (statSync(file.path).size > LIMIT_BYTES) throw authFileInvalid(file.path, 'the file is too large');
    text = readFileSync(file.path, 'utf8');
  } catch (error) {
    if (error instanceof HoldfastError) throw error;
    const code = systemCode(error) ?? 'error';
    if (!file.required && ABSENT.has(code)) return undefined;
    throw authFileInvalid(file.path, ABSENT.has(code) ? 'there is no such file' : `it cannot be read (${code})`);
  }
  if (text.trim() === '') return undefined;
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw authFileInvalid(file.path, 'it is not JSON');
  }
  if (!isObject(content)) throw authFileInvalid(file.path, 'it is not a JSON object');
  return content;
}
