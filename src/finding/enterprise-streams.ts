import type { OsRelease } from '#inventory/package.ts';

/**
 * Red Hat's ecosystems are its repositories, each named by its CPE without `cpe:/o:redhat:` (OSV schema, "Red Hat"). Which
 * of them an image was built from is not in its release file, so all of the release's own are asked. Extended update
 * streams (`rhel_eus` and relatives) are ecosystems of their own with other versions: an image built from one is
 * compared with the main stream, where a fix may have another version.
 */
export function redHatNames(os: OsRelease): readonly string[] {
  const major = /^(\d{1,2})(?:\.|$)/.exec(os.versionId)?.[1];
  const parts = major === undefined ? undefined : RED_HAT_PARTS[major];
  return (parts ?? []).map((part) => `Red Hat:enterprise_linux:${major}${part}`);
}

const OLD_VARIANTS = ['::server', '::client', '::computenode', '::workstation'];
const REPOSITORIES = [
  '::baseos',
  '::appstream',
  '::crb',
  '::fastdatapath',
  '::highavailability',
  '::hypervisor',
  '::nfv',
  '::realtime',
  '::resilientstorage',
  '::sap',
  '::sap_hana',
  '::supplementary',
];
/** From 10 on, names have the minor release that a fix came out with, and no repository. */
const MINORS = ['.0', '.1', '.2', '.3', '.4', '.5', '.6', '.7', '.8', '.9', '.10'];

const RED_HAT_PARTS: Readonly<Record<string, readonly string[]>> = {
  '6': OLD_VARIANTS,
  '7': OLD_VARIANTS,
  '8': REPOSITORIES,
  '9': REPOSITORIES,
  '10': MINORS,
};

/**
 * SUSE's ecosystems are its products by the names that PRETTY_NAME has (OSV schema, "SUSE"). In version 15 nearly all
 * packages of a server come from modules, which are products too, and fixes after general support are filed under names
 * with `-LTSS`; all of one service pack are asked.
 */
export function suseNames(os: OsRelease): readonly string[] {
  const product = SUSE_PRODUCTS[os.id.toLowerCase()];
  const match = /^(\d{1,2})(?:\.(\d{1,2}))?$/.exec(os.versionId);
  if (product === undefined || match === null) return [];
  const [, major = '', minor = '0'] = match;
  if (product.endsWith('Micro') || Number(major) >= 16) return [`SUSE:${product} ${major}.${minor}`];
  const version = minor === '0' ? major : `${major} SP${minor}`;
  const own = [`${product} ${version}`, `${product} ${version}-LTSS`];
  const shared =
    major === '15' ? MODULES_OF_15.map((module) => `Linux Enterprise Module for ${module} ${version}`) : [];
  const extended = major === '12' ? [`Linux Enterprise Server LTSS Extended Security ${version}`] : [];
  return [...own, ...extended, ...shared].map((name) => `SUSE:${name}`);
}

/** By `ID` in lower case. */
const SUSE_PRODUCTS: Readonly<Record<string, string>> = {
  sles: 'Linux Enterprise Server',
  sled: 'Linux Enterprise Desktop',
  sles_sap: 'Linux Enterprise Server for SAP Applications',
  sle_hpc: 'Linux Enterprise High Performance Computing',
  'sle-micro': 'Linux Enterprise Micro',
  'sl-micro': 'Linux Micro',
};

const MODULES_OF_15 = [
  'Basesystem',
  'Server Applications',
  'Containers',
  'Desktop Applications',
  'Development Tools',
  'HPC',
  'Legacy',
  'Package Hub',
  'Public Cloud',
  'Python 3',
  'SAP Applications',
  'Transactional Server',
  'Web and Scripting',
];
