import type { DiffReport } from '#api/diff-report.ts';
import type { ScanReport } from '#api/scan-report.ts';
import { purlBase } from '#app/projections/contents.ts';
import { compareVersions } from '#base/versions/compare.ts';
import type { VersionScheme } from '#base/versions/scheme.ts';

type Packages = DiffReport['packages'];

const SCHEMES: Readonly<Record<string, VersionScheme>> = {
  deb: 'deb',
  apk: 'apk',
  rpm: 'rpm',
  npm: 'semver',
  pypi: 'pep440',
  golang: 'go',
};

/** The packages of one name and type, by what they are called without a version. */
interface Group {
  readonly name: string;
  readonly type: string;
  readonly versions: ReadonlySet<string>;
}

/** A report's packages by name: {@link purlBase}, so that a new release of a distribution is none of the package. */
export function packageGroups(packages: ScanReport['packages']): ReadonlyMap<string, Group> {
  const groups = new Map<string, Group & { readonly versions: Set<string> }>();
  for (const { name, type, version, purl } of packages) {
    const key = purlBase(purl);
    const group = groups.get(key) ?? { name, type, versions: new Set<string>() };
    group.versions.add(version);
    groups.set(key, group);
  }
  return groups;
}

/** Which packages came, went and moved. One version that gave way to one other moved; of several, each comes or goes. */
export function comparePackages(before: ReadonlyMap<string, Group>, after: ReadonlyMap<string, Group>): Packages {
  const found: Packages = { added: [], removed: [], upgraded: [], downgraded: [], changed: [] };
  for (const key of [...new Set([...before.keys(), ...after.keys()])].sort()) {
    const [old, now] = [before.get(key), after.get(key)];
    const { name, type } = now ?? old ?? { name: key, type: '' };
    const gone = [...(old?.versions ?? [])].filter((version) => now?.versions.has(version) !== true).sort();
    const come = [...(now?.versions ?? [])].filter((version) => old?.versions.has(version) !== true).sort();
    const [from, to] = [gone[0], come[0]];
    if (gone.length === 1 && come.length === 1 && from !== undefined && to !== undefined) {
      found[directionOf(type, from, to)].push({ name, type, from, to });
      continue;
    }
    for (const version of gone) found.removed.push({ name, type, version });
    for (const version of come) found.added.push({ name, type, version });
  }
  return found;
}

function directionOf(type: string, from: string, to: string): 'upgraded' | 'downgraded' | 'changed' {
  const scheme = Object.hasOwn(SCHEMES, type) ? SCHEMES[type] : undefined;
  const order = scheme === undefined ? undefined : compareVersions(scheme, from, to);
  if (order === undefined || order === 0) return 'changed';
  return order < 0 ? 'upgraded' : 'downgraded';
}
