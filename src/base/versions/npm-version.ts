/** A version as npm takes it strictly: three numbers that a double holds exactly, and the pre-release's identifiers. */
export interface NpmVersion {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  readonly prerelease: readonly string[];
}

/** npm's own limit, blanks included. */
const LONGEST_VERSION = 256;
const SHAPE = /^v?(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([0-9A-Za-z.-]+))?(?:\+([0-9A-Za-z.-]+))?$/;

/** Parses SemVer 2.0.0 with an optional `v`; undefined for anything looser, too long, or with a number above 2^53 - 1. */
export function parseNpmVersion(text: string): NpmVersion | undefined {
  if (text.length > LONGEST_VERSION) return undefined;
  const match = SHAPE.exec(text);
  if (match === null) return undefined;
  const [major, minor, patch] = [Number(match[1]), Number(match[2]), Number(match[3])];
  if (Math.max(major, minor, patch) > Number.MAX_SAFE_INTEGER) return undefined;
  const prerelease = match[4]?.split('.') ?? [];
  const build = match[5]?.split('.') ?? [];
  if (prerelease.some((part) => part === '' || /^0\d+$/.test(part)) || build.includes('')) return undefined;
  return { major, minor, patch, prerelease };
}

/** Negative, zero or positive: the order of SemVer 2.0.0 section 11, as npm computes it. */
export function compareNpmVersions(a: NpmVersion, b: NpmVersion): number {
  return a.major - b.major || a.minor - b.minor || a.patch - b.patch || comparePrereleases(a.prerelease, b.prerelease);
}

function comparePrereleases(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return b.length - a.length;
  for (let index = 0; ; index += 1) {
    const left = a[index];
    const right = b[index];
    if (left === undefined || right === undefined) return a.length - b.length;
    if (left !== right) return compareIdentifiers(left, right);
  }
}

/** Numbers as doubles, so that different ones above 2^53 can count as equal: npm's answer, not the specification's. */
function compareIdentifiers(a: string, b: string): number {
  const leftNumeric = /^\d+$/.test(a);
  const rightNumeric = /^\d+$/.test(b);
  if (leftNumeric && rightNumeric) return Math.sign(Number(a) - Number(b));
  if (leftNumeric !== rightNumeric) return leftNumeric ? -1 : 1;
  return a < b ? -1 : 1;
}
