import { resolve } from 'node:path';
import { HoldfastError } from '#core/errors.ts';

/** A repository’s place as it may be written down. */
export interface Location {
  readonly kind: 'directory' | 's3' | 'sftp' | 'rest';
  /** As restic takes it, without credentials. */
  readonly text: string;
}

const FORMS = 'a directory, s3:https://HOST/BUCKET/PATH, sftp:USER@HOST:/PATH or rest:https://HOST:PORT/PATH';

/**
 * Reads a location. Relative directories become absolute ones.
 * @throws `RESTIC_LOCATION_INVALID`, `RESTIC_LOCATION_SECRET` when credentials are in it
 */
export function parseLocation(given: string): Location {
  const trimmed = given.startsWith('local:') ? given.slice('local:'.length) : given;
  if (given === '' || trimmed === '' || /\p{Cc}/u.test(given) || given.length > 2000)
    throw invalid(given, 'is no location');
  const scheme = given === trimmed ? /^([a-z0-9]+):/.exec(given)?.[1] : undefined;
  switch (scheme) {
    case undefined:
      return { kind: 'directory', text: resolve(trimmed) };
    case 's3':
      return {
        kind: 's3',
        text: withoutSecret(given, given.slice('s3:'.length).replace(/^(?!https?:\/\/)/, 'https://')),
      };
    case 'rest':
      return { kind: 'rest', text: withoutSecret(given, given.slice('rest:'.length)) };
    case 'sftp':
      return { kind: 'sftp', text: sftp(given) };
    default:
      throw invalid(given, 'has a scheme that is not supported');
  }
}

function withoutSecret(given: string, address: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.hostname === '')
    throw invalid(given, 'is no address');
  if (url.username !== '' || url.password !== '') throw secret();
  if (url.search !== '' || url.hash !== '') throw invalid(given, 'has a query');
  return given;
}

/** `sftp:user@host:path` or `sftp://user@host:port/path`. */
function sftp(given: string): string {
  const rest = given.slice('sftp:'.length);
  const isUrl = rest.startsWith('//');
  const user = /^(?:\/\/)?([^@/]*)@/.exec(rest)?.[1] ?? '';
  if (user.includes(':')) throw secret();
  const host = /^(?:\/\/)?(?:[^@/]*@)?(\[[0-9a-fA-F:.]+\]|[^:/]+)/.exec(rest)?.[1] ?? '';
  const hasPath = isUrl ? /^\/\/[^/]+\/./.test(rest) : /^(?:\[[^\]]*\]|[^:[])+:./.test(rest);
  // It becomes an argument of ssh: what begins with a dash would be an option.
  if (host === '' || host.startsWith('-') || user.startsWith('-') || !hasPath) throw invalid(given, 'is no address');
  return given;
}

function invalid(given: string, why: string): HoldfastError {
  return new HoldfastError('RESTIC_LOCATION_INVALID', `${JSON.stringify(given.slice(0, 200))} ${why}`, {
    kind: 'usage',
    hint: `Name ${FORMS}.`,
  });
}

/** The location itself is not shown: it holds the secret. */
function secret(): HoldfastError {
  return new HoldfastError('RESTIC_LOCATION_SECRET', 'The location holds credentials, and locations are written down', {
    kind: 'usage',
    hint: 'Leave them out of it, and give --credentials-file FILE (mode 0600) with RESTIC_REST_USERNAME=… and RESTIC_REST_PASSWORD=…; for sftp, use a key.',
  });
}
