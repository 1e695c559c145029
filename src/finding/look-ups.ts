import { normalisePackage } from '#advisory/ecosystem.ts';
import { schemeOf } from '#base/versions/ecosystem-scheme.ts';
import type { VersionScheme } from '#base/versions/scheme.ts';
import { ecosystemsOf } from '#finding/ecosystem.ts';
import type { OsRelease, Package } from '#inventory/package.ts';

/** One question to the advisories: this name, in this ecosystem, at this version. */
export interface LookUp {
  readonly ecosystem: string;
  readonly name: string;
  readonly version: string;
  readonly scheme: VersionScheme | undefined;
  /** The version comes from a source rpm's name, which has no epoch: the advisory's is taken. */
  readonly epochless: boolean;
}

export type LookUps =
  | { readonly kind: 'ask'; readonly lookUps: readonly LookUp[] }
  /** Nothing can be asked, and why. `subject` is what a coverage line is about. */
  | { readonly kind: 'none'; readonly subject: string; readonly reason: string };

/** What of a package decides which advisories are asked. */
type AskedPackage = Pick<Package, 'type' | 'name' | 'version' | 'source'>;

/**
 * What to ask about a package. Distributions publish by source package (Debian, Ubuntu, Alpine, SUSE), by binary package
 * (the Red Hat family), or by both (Wolfi, Chainguard); languages by their own names.
 */
export function lookUpsOf(found: AskedPackage, os: OsRelease | undefined, repositories: readonly string[]): LookUps {
  const resolved = ecosystemsOf(os, repositories, found.type);
  if ('unknown' in resolved) return { kind: 'none', subject: found.type, reason: resolved.unknown };
  const lookUps = resolved.ecosystems.flatMap((ecosystem) => {
    const scheme = schemeOf(ecosystem);
    return namesOf(found, ecosystem).map(({ name, version, epochless }) => ({
      ecosystem,
      name: normalisePackage(ecosystem, name),
      version,
      scheme,
      epochless,
    }));
  });
  return { kind: 'ask', lookUps };
}

/** Distributions of rpms that publish by source package (OSV schema, "Defined ecosystems"); AlmaLinux does by binary. */
const BY_SOURCE = /^(?:SUSE|openSUSE|Rocky Linux|Azure Linux|Mageia|openEuler)/;
const BY_BOTH = /^Red Hat/;

interface Name {
  readonly name: string;
  readonly version: string;
  readonly epochless: boolean;
}

function namesOf(found: AskedPackage, ecosystem: string): readonly Name[] {
  const own = { name: found.name, version: found.version, epochless: false };
  const { source } = found;
  if (source === undefined) return [own];
  const built = { name: source.name, version: source.version, epochless: found.type === 'rpm' };
  if (found.type === 'deb') return [built];
  if (found.type === 'apk') return ecosystem.startsWith('Alpine') || built.name === own.name ? [built] : [built, own];
  if (BY_SOURCE.test(ecosystem)) return [built];
  return BY_BOTH.test(ecosystem) && built.name !== own.name ? [built, own] : [own];
}
