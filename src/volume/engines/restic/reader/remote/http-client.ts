import { readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { readCertificates } from '#base/http/certificates.ts';
import { createHttpClient, type HttpClient } from '#base/http/client.ts';
import { HoldfastError, systemCode } from '#core/errors.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where systems keep the authorities that programs trust: the first that is there counts, as for programs written in Go. */
const SYSTEM_FILES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/pki/tls/cacert.pem',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/cert.pem',
];
const MOST_IN_DIRECTORY = 2_000;

/**
 * A client for a repository's server that trusts whom restic trusts: the authorities in the repository's own file and no
 * others, or those of the system, which SSL_CERT_FILE and SSL_CERT_DIR name elsewhere; Node's own where there are none.
 * @param address where it is: plain http is spoken where it says so
 */
export function repositoryClient(
  address: string,
  certificatesFile: string | undefined,
  environment: Environment,
): HttpClient {
  return createHttpClient({
    environment,
    // A disk that slept takes its time.
    timeouts: { headersMs: 60_000, stallMs: 60_000 },
    // Of plain http alone: there are no certificates to check, and a redirect to another scheme is refused.
    insecure: address.startsWith('http:'),
    authorities: () => (certificatesFile === undefined ? systemAuthorities(environment) : [ownFile(certificatesFile)]),
  });
}

/** @throws `HTTP_CA_UNREADABLE` */
function ownFile(path: string): string {
  let why = 'it holds no certificates';
  try {
    const text = readCertificates(path);
    if (text !== undefined) return text;
  } catch (error) {
    why = systemCode(error) ?? 'error';
  }
  throw new HoldfastError('HTTP_CA_UNREADABLE', `The repository's certificates ${path} cannot be read (${why})`, {
    ...{ path, kind: 'usage' },
    hint: 'Put the file back, or adopt the repository again with --certificates FILE.',
  });
}

function systemAuthorities(environment: Environment): readonly string[] | undefined {
  const named = environment['SSL_CERT_FILE'];
  const file = (named ? [named] : SYSTEM_FILES).map(readable).find((text) => text !== undefined);
  const directories = (environment['SSL_CERT_DIR'] ?? '').split(delimiter).filter((path) => path !== '');
  const texts = [...(file === undefined ? [] : [file]), ...directories.flatMap(inDirectory)];
  return texts.length === 0 ? undefined : [...new Set(texts)];
}

function inDirectory(directory: string): readonly string[] {
  try {
    const names = readdirSync(directory).sort().slice(0, MOST_IN_DIRECTORY);
    return names.flatMap((name) => readable(join(directory, name)) ?? []);
  } catch {
    return [];
  }
}

function readable(path: string): string | undefined {
  try {
    return readCertificates(path);
  } catch {
    return undefined;
  }
}
