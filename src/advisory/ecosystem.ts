import { debianRelease } from '#advisory/debian-suites.ts';

/** Repositories that OSV assumes where none is named (OSV schema, "Defined ecosystems"). */
const DEFAULT_REPOSITORIES: readonly string[] = [
  'Maven:https://repo.maven.apache.org/maven2',
  'Packagist:https://packagist.org',
];

/**
 * OSV's ecosystem name with its release in the one form that is stored and asked for: `Ubuntu:22.04:LTS` and
 * `Ubuntu:22.04` are `Ubuntu:22.04`, `Alpine:3.19` is `Alpine:v3.19`, `Debian:bookworm` is `Debian:12`. Forks and paid
 * channels (`Ubuntu:Pro:…`, `Ubuntu:Pro:FIPS:…`, `Root:…`) stay apart, and a name without a release (`Debian`) stays
 * one: it is never taken for every release.
 */
export function normaliseEcosystem(name: string): string {
  if (DEFAULT_REPOSITORIES.includes(name)) return name.slice(0, name.indexOf(':'));
  const [base, release, ...rest] = name.split(':');
  if (release === undefined || release === '') return name;
  if (base === 'Ubuntu' && /^\d+\.\d+$/.test(release) && (rest.length === 0 || rest.join(':') === 'LTS')) {
    return `Ubuntu:${release}`;
  }
  if (rest.length > 0) return name;
  if (base === 'Alpine' && /^\d+(\.\d+)*$/.test(release)) return `Alpine:v${release}`;
  return base === 'Debian' ? `Debian:${debianRelease(release)}` : name;
}

/** A package's name as its ecosystem compares names: PyPI's by PEP 503, all others exactly as they are. */
export function normalisePackage(ecosystem: string, name: string): string {
  if (ecosystem !== 'PyPI' && !ecosystem.startsWith('PyPI:')) return name;
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}
