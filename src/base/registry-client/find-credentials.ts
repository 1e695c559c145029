import { type AuthFile, authFileInvalid, authFiles, readAuthFile } from '#base/registry-client/auth-file.ts';
import { askCredentialProgram } from '#base/registry-client/credential-program.ts';
import type { Credentials } from '#base/registry-client/credentials.ts';
import { isObject, type JsonObject, optionalString } from '#core/oci/json.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const DOCKER_HUB = new Set(['docker.io', 'index.docker.io', 'registry-1.docker.io']);
/** The key under which Docker has always kept its own registry. */
const DOCKER_HUB_KEY = 'https://index.docker.io/v1/';

function sameHost(a: string, b: string): boolean {
  return a === b || (DOCKER_HUB.has(a) && DOCKER_HUB.has(b));
}

/** The host of a key: old keys are addresses with a path, newer ones are hosts. Undefined for a key with a namespace. */
function hostOfKey(key: string): string | undefined {
  const address = /^https?:\/\/([^/]*)/.exec(key);
  if (address !== null) return address[1];
  return key.includes('/') ? undefined : key;
}

function valueForHost(map: unknown, registry: string): unknown {
  if (!isObject(map)) return undefined;
  if (Object.hasOwn(map, registry)) return map[registry];
  return Object.entries(map).find(([key]) => sameHost(hostOfKey(key) ?? '', registry))?.[1];
}

/** Most specific first: `host/team/app`, `host/team`, then the host itself. */
function entryFor(auths: unknown, registry: string, repository: string): unknown {
  if (!isObject(auths)) return undefined;
  for (let path = repository; path !== ''; path = path.slice(0, Math.max(0, path.lastIndexOf('/')))) {
    const key = `${registry}/${path}`;
    if (Object.hasOwn(auths, key)) return auths[key];
  }
  return valueForHost(auths, registry);
}

function credentialsOf(entry: unknown, file: AuthFile, registry: string): Credentials | undefined {
  if (!isObject(entry)) return undefined;
  const bearer = optionalString(entry, 'registrytoken');
  if (bearer !== undefined) return { kind: 'bearer', token: bearer };
  const identity = optionalString(entry, 'identitytoken');
  if (identity !== undefined) return { kind: 'identity', token: identity };
  const auth = optionalString(entry, 'auth');
  if (auth === undefined) {
    const username = optionalString(entry, 'username');
    return username === undefined
      ? undefined
      : { kind: 'password', username, password: optionalString(entry, 'password') ?? '' };
  }
  const pair = Buffer.from(auth, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  if (colon <= 0) throw authFileInvalid(file.path, `the "auth" of ${registry} is not a user and a password in base64`);
  // Docker pads passwords with zero bytes.
  const password = pair.slice(colon + 1).replace(/\0+$/, '');
  return { kind: 'password', username: pair.slice(0, colon), password };
}

async function lookIn(
  content: JsonObject,
  file: AuthFile,
  registry: string,
  repository: string,
  environment: Environment,
) {
  const asked = registry === 'docker.io' ? DOCKER_HUB_KEY : registry;
  for (const program of [valueForHost(content['credHelpers'], registry), content['credsStore']]) {
    if (typeof program !== 'string' || program === '') continue;
    const found = await askCredentialProgram(program, asked, environment);
    if (found !== undefined) return found;
  }
  return credentialsOf(entryFor(content['auths'], registry, repository), file, registry);
}

/**
 * The credentials that `docker login` or `podman login` left for a repository; undefined: none, ask anonymously. In each
 * file of {@link authFiles}, first the program for the host (`credHelpers`), then the one for all hosts (`credsStore`),
 * then `auths`.
 * @throws `REGISTRY_AUTH_FILE_INVALID`, `REGISTRY_CREDENTIALS_FAILED`; secrets never appear in them
 */
export async function findCredentials(
  registry: string,
  repository: string,
  environment: Environment,
): Promise<Credentials | undefined> {
  for (const file of authFiles(environment)) {
    const content = readAuthFile(file);
    const found = content && (await lookIn(content, file, registry, repository, environment));
    if (found !== undefined) return found;
  }
  return undefined;
}
