import type { Purl } from '#core/purl.ts';
import type { OsEntry } from '#inventory/formats/sbom-entry.ts';
import type { OsRelease } from '#inventory/package.ts';

/** Names that other tools give distributions, and their `ID` in os-release. */
const IDS: Readonly<Record<string, string>> = {
  redhat: 'rhel',
  alma: 'almalinux',
  amazon: 'amzn',
  oracle: 'ol',
  oraclelinux: 'ol',
  'opensuse.leap': 'opensuse-leap',
  'opensuse.tumbleweed': 'opensuse-tumbleweed',
  'suse linux enterprise server': 'sles',
  'suse linux enterprise micro': 'sle-micro',
  slem: 'sle-micro',
  'cbl-mariner': 'mariner',
  azure: 'azurelinux',
};

/** Releases of Debian and Ubuntu that package URLs may name by their codename alone. */
const CODENAMES: Readonly<Record<string, string>> = {
  jessie: '8',
  stretch: '9',
  buster: '10',
  bullseye: '11',
  bookworm: '12',
  trixie: '13',
  forky: '14',
  bionic: '18.04',
  focal: '20.04',
  jammy: '22.04',
  noble: '24.04',
};

function idOf(name: string): string {
  const lower = name.trim().toLowerCase();
  return Object.hasOwn(IDS, lower) ? (IDS[lower] ?? lower) : lower;
}

/** `VERSION_ID` as the distribution's own file has it: Debian's without point release, Amazon's without its name and date. */
function versionIdOf(id: string, version: string): string {
  const first = version.trim().split(' ')[0] ?? '';
  if (id === 'debian') return /^\d+/.exec(first)?.[0] ?? '';
  if (id === 'amzn') return /^\d+(?=\.\d+\.\d{8}$)/.exec(first)?.[0] ?? first;
  return first;
}

/**
 * Distribution and release by a package URL's namespace and its qualifier `distro`, which holds an id and a version
 * (`debian-12.5`), a version alone (older Trivy) or a codename: id and version with a blank between them.
 */
export function distributionOf(purl: Purl): string | undefined {
  const distro = purl.qualifiers?.['distro'];
  const namespace = purl.namespace;
  if (distro === undefined || distro.length > 100) return undefined;
  const joined = /^(.+?)-(\d.*)$/.exec(distro);
  if (joined !== null) return `${joined[1]} ${joined[2]}`;
  if (namespace === undefined) return distro;
  if (Object.hasOwn(CODENAMES, distro)) return `${namespace} ${CODENAMES[distro]}`;
  return /^\d/.test(distro) ? `${namespace} ${distro}` : distro;
}

/** The release that {@link distributionOf} names. */
export function releaseOfDistribution(text: string): OsRelease {
  const space = text.indexOf(' ');
  const id = idOf(space < 0 ? text : text.slice(0, space));
  const versionId = space < 0 ? '' : versionIdOf(id, text.slice(space + 1));
  return { id, versionId, name: versionId === '' ? id : `${id} ${versionId}`, idLike: [] };
}

/** The release that a component for the operating system names; Syft's properties have all of os-release. */
export function releaseOfEntry({ name, version, title, facts }: OsEntry): OsRelease | undefined {
  const syft = (key: string) => facts.get(`syft:distro:${key}`)?.[0];
  const id = syft('id') ?? idOf(name);
  if (id === '') return undefined;
  const versionId = syft('versionID') ?? versionIdOf(id, version);
  const codename = syft('versionCodename');
  const idLike = [...facts].flatMap(([key, values]) => (key.startsWith('syft:distro:idLike:') ? values : []));
  const pretty = syft('prettyName') ?? title;
  return {
    id,
    versionId,
    name: pretty === '' ? `${name} ${version}`.trim() : pretty,
    ...(codename === undefined ? {} : { codename }),
    idLike,
  };
}
