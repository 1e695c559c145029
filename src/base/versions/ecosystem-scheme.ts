import type { VersionScheme } from './scheme.ts';

const SCHEMES: ReadonlyMap<string, VersionScheme> = new Map<string, VersionScheme>([
  ['Debian', 'deb'],
  ['Ubuntu', 'deb'],
  ['Echo', 'deb'],
  ['Alpine', 'apk'],
  ['Wolfi', 'apk'],
  ['Chainguard', 'apk'],
  ['MinimOS', 'apk'],
  ['AlmaLinux', 'rpm'],
  ['Rocky Linux', 'rpm'],
  ['Red Hat', 'rpm'],
  ['Oracle Linux', 'rpm'],
  ['Amazon Linux', 'rpm'],
  ['Fedora', 'rpm'],
  ['CentOS', 'rpm'],
  ['openSUSE', 'rpm'],
  ['SUSE', 'rpm'],
  ['openEuler', 'rpm'],
  ['Mageia', 'rpm'],
  ['Photon OS', 'rpm'],
  ['Azure Linux', 'rpm'],
  ['Mariner', 'rpm'],
  ['npm', 'semver'],
  ['PyPI', 'pep440'],
  ['Go', 'go'],
]);

/**
 * The version order of an ecosystem as OSV names it, with or without its release (`Debian:12`, `Red Hat:…`, `npm`).
 * Names are case-sensitive, as in OSV. Undefined where no order is known: then nothing can be compared.
 */
export function schemeOf(ecosystem: string): VersionScheme | undefined {
  const colon = ecosystem.indexOf(':');
  return SCHEMES.get(colon < 0 ? ecosystem : ecosystem.slice(0, colon));
}
