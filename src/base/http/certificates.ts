import { readdirSync, readFileSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { HoldfastError, systemCode } from '#core/errors.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const FILE_LIMIT_BYTES = 4 * 1024 * 1024;
const DIRECTORY_LIMIT = 2_000;

/** A file's text if it holds certificates; undefined for any other file. Throws the operating system's errors. */
export function readCertificates(path: string): string | undefined {
  const status = statSync(path);
  if (!status.isFile() || status.size > FILE_LIMIT_BYTES) return undefined;
  const text = readFileSync(path, 'latin1');
  return text.includes('-----BEGIN CERTIFICATE-----') ? text : undefined;
}

function fromNamedFile(variable: string, path: string): string {
  let text: string | undefined;
  try {
    text = readCertificates(path);
  } catch (error) {
    throw new HoldfastError(
      'HTTP_CA_UNREADABLE',
      `${variable} names ${path}, which cannot be read (${systemCode(error) ?? 'error'})`,
      {
        hint: `Correct ${variable} or unset it.`,
        path,
        kind: 'usage',
      },
    );
  }
  if (text !== undefined) return text;
  throw new HoldfastError('HTTP_CA_UNREADABLE', `${variable} names ${path}, which holds no certificates`, {
    hint: `Name a file of PEM certificates in ${variable} or unset it.`,
    path,
    kind: 'usage',
  });
}

/** The certificates in a directory; what is none, or cannot be read, is left out as OpenSSL does. */
function fromDirectory(directory: string): readonly string[] {
  let names: readonly string[];
  try {
    names = readdirSync(directory).sort().slice(0, DIRECTORY_LIMIT);
  } catch {
    return [];
  }
  return names.flatMap((name) => {
    try {
      return readCertificates(join(directory, name)) ?? [];
    } catch {
      return [];
    }
  });
}

/**
 * Certificates to trust beside the usual ones, as PEM texts: SSL_CERT_FILE, SSL_CERT_DIR (several, separated by colons).
 * @throws `HTTP_CA_UNREADABLE` for a file that is named and cannot be used
 */
export function extraCertificates(environment: Environment): readonly string[] {
  const file = environment['SSL_CERT_FILE'];
  const directories = (environment['SSL_CERT_DIR'] ?? '').split(delimiter).filter((directory) => directory !== '');
  const texts = [...(file ? [fromNamedFile('SSL_CERT_FILE', file)] : []), ...directories.flatMap(fromDirectory)];
  // The same certificate stands in such directories under two names.
  return [...new Set(texts)];
}

/**
 * What Node itself would trust in addition. Node reads this variable only for connections that name no authorities of
 * their own, so it is lost as soon as others are added. Unreadable: left out, of which Node has warned.
 */
function nodeExtraCertificates(environment: Environment): readonly string[] {
  const file = environment['NODE_EXTRA_CA_CERTS'];
  if (!file) return [];
  try {
    return [readCertificates(file) ?? []].flat();
  } catch {
    return [];
  }
}

/** The authorities that Node would trust by itself, and more: naming any replaces Node's own. */
export function besideUsual(environment: Environment, more: readonly string[]): readonly string[] {
  return [...rootCertificates, ...nodeExtraCertificates(environment), ...more];
}

/**
 * All authorities to trust where the environment names some; undefined where Node's own are right.
 * @throws `HTTP_CA_UNREADABLE`
 */
export function authorities(environment: Environment): readonly string[] | undefined {
  const extra = extraCertificates(environment);
  return extra.length === 0 ? undefined : besideUsual(environment, extra);
}
