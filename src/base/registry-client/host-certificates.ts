import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readCertificates } from '#base/http/certificates.ts';

const DIRECTORIES = ['/etc/containers/certs.d', '/etc/docker/certs.d'];
const HOST = /^[A-Za-z0-9[][A-Za-z0-9.:[\]-]*$/;
const FILE_LIMIT = 100;

function inDirectory(directory: string): readonly string[] {
  try {
    const names = readdirSync(directory).filter((name) => name.endsWith('.crt'));
    return names
      .sort()
      .slice(0, FILE_LIMIT)
      .flatMap((name) => readCertificates(join(directory, name)) ?? []);
  } catch {
    return [];
  }
}

/**
 * The authorities that Docker and Podman are told to trust for one host: `certs.d/HOST[:PORT]/*.crt` (PEM). What cannot
 * be read is left out; the connection then says that the authority is unknown.
 */
export function hostCertificates(host: string, directories: readonly string[] = DIRECTORIES): readonly string[] {
  if (!HOST.test(host)) return [];
  const names = /:\d+$/.test(host) ? [host] : [host, `${host}:443`];
  return directories.flatMap((directory) => names.flatMap((name) => inDirectory(join(directory, name))));
}
