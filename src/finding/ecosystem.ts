import { DISTRIBUTIONS, UNPUBLISHED } from '#finding/distributions.ts';
import { type OsRelease, SYSTEM_TYPES } from '#inventory/package.ts';

/** Names of the advisory ecosystems that apply to a package, or why there is none: one sentence without a full stop. */
export type Ecosystems = { readonly ecosystems: readonly string[] } | { readonly unknown: string };

/** Package URL types of languages and their ecosystems (OSV schema, "Defined ecosystems"). */
const LANGUAGES: ReadonlyMap<string, string> = new Map([
  ['bitnami', 'Bitnami'],
  ['cargo', 'crates.io'],
  ['composer', 'Packagist'],
  ['conan', 'ConanCenter'],
  ['cran', 'CRAN'],
  ['gem', 'RubyGems'],
  ['githubactions', 'GitHub Actions'],
  ['golang', 'Go'],
  ['hackage', 'Hackage'],
  ['hex', 'Hex'],
  ['maven', 'Maven'],
  ['npm', 'npm'],
  ['nuget', 'NuGet'],
  ['pub', 'Pub'],
  ['pypi', 'PyPI'],
  ['swift', 'SwiftURL'],
]);

/**
 * Which advisory ecosystems, named with their release as OSV names them, apply to packages of a package URL type in an
 * operating system. `repositories` are Alpine's branches in use. Several names are streams of one vendor, the first the
 * one to speak of: what any of them says counts. A derivative or unknown distribution has none, as its parent's
 * advisories would be a guess. Ubuntu's names have no `:LTS`; who looks them up leaves it out too.
 */
export function ecosystemsOf(os: OsRelease | undefined, repositories: readonly string[], type: string): Ecosystems {
  if (!SYSTEM_TYPES.has(type)) {
    const language = LANGUAGES.get(type);
    if (language !== undefined) return { ecosystems: [language] };
    return { unknown: `no advisories are known for packages of type ${JSON.stringify(type.slice(0, 40))}` };
  }
  if (os === undefined) return { unknown: 'no release file says which distribution these packages are of' };
  const distribution = DISTRIBUTIONS.get(os.id.toLowerCase());
  if (distribution === undefined) return { unknown: whyUnknown(os) };
  if (distribution.type !== type) {
    return {
      unknown: `${os.name} is made of ${distribution.type} packages; nothing is known for its ${type} packages`,
    };
  }
  const names = distribution.names(os, repositories);
  if (typeof names === 'string') return { unknown: names };
  if (names.length > 0) return { ecosystems: names };
  const version = os.versionId === '' ? 'no version' : `the version ${JSON.stringify(os.versionId.slice(0, 40))}`;
  return { unknown: `${os.name} has ${version}, which is no release that advisories are published for` };
}

function whyUnknown(os: OsRelease): string {
  const unpublished = UNPUBLISHED.get(os.id.toLowerCase());
  if (unpublished !== undefined) return `no advisories are published in OSV's form for ${unpublished}`;
  const [parent] = os.idLike;
  if (parent === undefined) return `no advisories are known for ${os.name}`;
  return `${os.name} derives from ${parent}; its packages differ, nothing was compared`;
}
