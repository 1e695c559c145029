import { type JsonCursor, jsonMembers, jsonString, jsonValue } from '#base/json/json-cursor.ts';
import { isNpmName, isNpmVersion, npmLicences } from '#inventory/npm/npm-fields.ts';
import type { FoundPackage } from '#inventory/package.ts';

const VALUE_LIMIT_BYTES = 65_536;

/** What a lock file says of one package; the fields of both its forms. */
export interface LockEntry {
  readonly name?: string;
  readonly version?: string;
  readonly link: boolean;
  readonly licences: readonly string[];
}

/** Reads one entry. `nested` is called in front of an entry's own `dependencies`, which it may read. */
export function readLockEntry(cursor: JsonCursor, nested: () => void): LockEntry {
  let name: string | undefined;
  let version: string | undefined;
  let link = false;
  let licences: readonly string[] = [];
  for (const member of jsonMembers(cursor)) {
    if (member === 'name') name = jsonString(cursor, VALUE_LIMIT_BYTES);
    else if (member === 'version') version = jsonString(cursor, VALUE_LIMIT_BYTES);
    else if (member === 'link') link = jsonValue(cursor, VALUE_LIMIT_BYTES) === true;
    else if (member === 'license') licences = npmLicences({ license: jsonValue(cursor, VALUE_LIMIT_BYTES) });
    else if (member === 'dependencies') nested();
  }
  return { link, licences, ...(name === undefined ? {} : { name }), ...(version === undefined ? {} : { version }) };
}

/** The name that an entry's key in `packages` stands for: what follows the last node_modules, else the directory. */
export function nameOfKey(key: string): string {
  const last = key.lastIndexOf('node_modules/');
  if (last >= 0) return key.slice(last + 'node_modules/'.length);
  const parts = key.split('/');
  const scope = parts.at(-2) ?? '';
  return scope.startsWith('@') ? `${scope}/${parts.at(-1) ?? ''}` : (parts.at(-1) ?? '');
}

/** The version in a tarball's name, `https://…/NAME-1.2.3.tgz`, which lock file 1 writes in place of one; npm takes it too. */
function tarballVersion(name: string, address: string): string | undefined {
  if (!/^https?:\/\//i.test(address)) return undefined;
  const file = address.slice(address.lastIndexOf('/') + 1).replace(/[?#].*$/s, '');
  const start = `${name.slice(name.indexOf('/') + 1)}-`;
  return file.startsWith(start) && file.endsWith('.tgz') ? file.slice(start.length, -'.tgz'.length) : undefined;
}

/** The package of an entry, unless its version is no semantic one: a file, or a commit that no registry knows. */
export function lockedPackage(name: string, entry: LockEntry): FoundPackage | undefined {
  let { version } = entry;
  let real = entry.name ?? name;
  if (version?.startsWith('npm:') === true) {
    const at = version.lastIndexOf('@');
    real = version.slice('npm:'.length, at);
    version = version.slice(at + 1);
  }
  if (version !== undefined) version = tarballVersion(real, version) ?? version;
  if (version === undefined || !isNpmVersion(version) || !isNpmName(real)) return undefined;
  return { type: 'npm', name: real, version, licences: entry.licences, evidence: 'declared' };
}
