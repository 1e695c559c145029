// The made-up world of the matching bench: which packages exist, with which versions. Shared by the two programs
// that make the file of advisories and match against it. Shapes and counts are those of a real file for one image.

export const RECORDS = 200_000;
export const PACKAGES = 500;

/**
 * @typedef {object} Ecosystem
 * @property {string} name as in OSV
 * @property {number} records advisories in the file
 * @property {number} names packages that have at least one
 * @property {string} prefix of the packages' names
 */

/** @type {readonly Ecosystem[]} */
export const ecosystems = [
  { name: 'Debian:12', records: 60_000, names: 4_000, prefix: 'deb' },
  { name: 'Debian:11', records: 50_000, names: 4_000, prefix: 'deb' },
  { name: 'npm', records: 50_000, names: 30_000, prefix: 'npm' },
  { name: 'PyPI', records: 20_000, names: 5_000, prefix: 'pypi' },
  { name: 'Go', records: 10_000, names: 3_000, prefix: 'example.org/go' },
  { name: 'Alpine:v3.20', records: 10_000, names: 1_500, prefix: 'apk' },
];

/** One source package has far more than all others, as Debian's kernel does, whose headers many images carry. */
export const HEAVY = { name: 'linux', records: 3_000 };

/** @param {Ecosystem} ecosystem @param {number} index */
export const packageName = ({ prefix }, index) => `${prefix}-${index}`;

/** The nth version of a package in the ecosystem's own way of writing. @param {string} ecosystem @param {number} n */
export function version(ecosystem, n) {
  const core = `${1 + Math.floor(n / 100)}.${Math.floor(n / 10) % 10}.${n % 10}`;
  if (ecosystem.startsWith('Debian')) return `${n % 7 === 0 ? '1:' : ''}${core}+dfsg-${1 + (n % 3)}+deb12u${n % 4}`;
  if (ecosystem.startsWith('Alpine')) return `${core}-r${n % 4}`;
  return core;
}
