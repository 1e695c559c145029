import { formatPurl } from '#core/purl.ts';
import type { FoundPackage, OsRelease } from '#inventory/package.ts';

/** The package URL of a found package, as the purl specification's types define it. */
export function packagePurl(found: FoundPackage, os: OsRelease | undefined): string {
  const { type, name, version } = found;
  switch (type) {
    case 'deb':
    case 'apk':
    case 'rpm': {
      const distro = os === undefined ? '' : os.versionId === '' ? os.id : `${os.id}-${os.versionId}`;
      return formatPurl({
        type,
        namespace: namespaceOf(os),
        name: type === 'rpm' ? name : name.toLowerCase(),
        version: type === 'rpm' ? version.replace(/^\d+:/, '') : version,
        qualifiers: { ...found.qualifiers, arch: found.architecture ?? '', distro },
      });
    }
    case 'npm': {
      const slash = name.startsWith('@') ? name.indexOf('/') : -1;
      return slash < 0
        ? formatPurl({ type, name, version })
        : formatPurl({ type, namespace: name.slice(0, slash), name: name.slice(slash + 1), version });
    }
    case 'pypi':
      return formatPurl({ type, name: name.toLowerCase().replaceAll('_', '-'), version });
    case 'golang': {
      const path = name.toLowerCase();
      const slash = path.lastIndexOf('/');
      return formatPurl({
        type,
        namespace: slash < 0 ? '' : path.slice(0, slash),
        name: path.slice(slash + 1),
        version,
      });
    }
    default:
      return never(type);
  }
}

/** Vendors whose purl namespace is not their os-release `ID`. */
const NAMESPACES: Readonly<Record<string, string>> = {
  rhel: 'redhat',
  'opensuse-leap': 'opensuse',
  'opensuse-tumbleweed': 'opensuse',
  sles: 'suse',
  ol: 'oraclelinux',
};

function namespaceOf(os: OsRelease | undefined): string {
  return os === undefined ? '' : (NAMESPACES[os.id] ?? os.id);
}

function never(type: never): never {
  throw new TypeError(`unknown package type ${String(type)}`);
}
