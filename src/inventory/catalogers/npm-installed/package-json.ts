import type { Problem } from '#core/errors.ts';
import { isNpmName, isNpmVersion, isShownVersion, jsonObject, npmLicences } from '#inventory/npm/npm-fields.ts';
import type { FoundPackage } from '#inventory/package.ts';
import { nameFromPath, placeOf } from './place.ts';

export type PackageJson =
  | { readonly kind: 'package'; readonly package: FoundPackage }
  | { readonly kind: 'none' }
  | { readonly kind: 'problem'; readonly problem: Problem };

const NONE = { kind: 'none' } as const;

function problem(path: string, what: string): PackageJson {
  return { kind: 'problem', problem: { code: 'NPM_PACKAGE_INVALID', message: `${path} ${what}`, path } };
}

function parse(bytes: Buffer): unknown {
  const bom = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  try {
    return JSON.parse(bytes.toString('utf8', bom ? 3 : 0)) as unknown;
  } catch {
    return undefined;
  }
}

/**
 * The package that a package.json stands for. At an exact place in node_modules a file that cannot be understood is a
 * problem, except for those without name and version (module type markers) and private ones without a version, which
 * no registry ever served. Elsewhere a file counts only with name and version, and not when it is `private`.
 */
export function readPackageJson(path: string, bytes: Buffer): PackageJson {
  const place = placeOf(path);
  if (place === 'inside') return NONE;
  const strict = place === 'module';
  const fields = jsonObject(parse(bytes));
  if (fields === undefined) return strict ? problem(path, 'is not a JSON object') : NONE;
  const { name: declared, version } = fields;
  if (declared === undefined && version === undefined) return NONE;
  if (place === 'free' && (fields['private'] === true || fields['private'] === 'true')) return NONE;
  const name = declared === undefined && strict ? nameFromPath(path) : declared;
  if (typeof name !== 'string' || !isNpmName(name)) return strict ? problem(path, 'has no valid name') : NONE;
  if (version === undefined && fields['private'] === true) return NONE;
  const valid = strict ? isShownVersion : isNpmVersion;
  if (typeof version !== 'string' || !valid(version)) return strict ? problem(path, 'has no valid version') : NONE;
  return {
    kind: 'package',
    package: { type: 'npm', name, version, licences: npmLicences(fields), evidence: 'installed' },
  };
}
