import { plainComparators } from './npm-comparators.ts';
import { compareNpmVersions, type NpmVersion, parseNpmVersion } from './npm-version.ts';

type Operator = '' | '<' | '<=' | '>' | '>=';

interface Comparator {
  readonly operator: Operator;
  readonly version: NpmVersion;
}

/** Comparators that all must hold. None: any release satisfies it. */
type Alternative = readonly Comparator[];

/** Longer ranges are not looked at; those in real packages have a few hundred characters. */
const LONGEST_RANGE = 65_536;

/**
 * Whether a version satisfies an npm range, as node-semver's `satisfies` answers without options: `||`, hyphens, `x`,
 * `~`, `^`, comparators; a pre-release only where a comparator names a pre-release of the same three numbers. False for a
 * version or a range that node-semver refuses. Undefined when the range has more than 65,536 characters.
 */
export function satisfiesNpmRange(version: string, range: string): boolean | undefined {
  if (range.length > LONGEST_RANGE) return undefined;
  const parsed = version.length > 256 ? undefined : parseNpmVersion(version.trim());
  if (parsed === undefined) return false;
  const alternatives: Alternative[] = [];
  for (const text of range.trim().replace(/\s+/g, ' ').split('||')) {
    const alternative = parseAlternative(text.trim());
    if (alternative === undefined) return false;
    alternatives.push(alternative);
  }
  // One alternative that means any release makes the others void, even those that would let a pre-release in.
  if (alternatives.some((alternative) => alternative.length === 0)) return parsed.prerelease.length === 0;
  return alternatives.some((alternative) => satisfiesAll(parsed, alternative));
}

/** Undefined when one of its comparators is none: that voids the whole range. */
function parseAlternative(text: string): Alternative | undefined {
  const comparators: Comparator[] = [];
  for (const plain of plainComparators(text)) {
    if (plain === '') continue;
    const operator = (/^[<>]?=?/.exec(plain)?.[0] ?? '') as Operator | '=';
    const version = parseNpmVersion(plain.slice(operator.length));
    if (version === undefined) return undefined;
    comparators.push({ operator: operator === '=' ? '' : operator, version });
  }
  return comparators;
}

function satisfiesAll(version: NpmVersion, comparators: Alternative): boolean {
  if (!comparators.every((comparator) => satisfies(version, comparator))) return false;
  if (version.prerelease.length === 0) return true;
  return comparators.some(
    ({ version: { major, minor, patch, prerelease } }) =>
      prerelease.length > 0 && major === version.major && minor === version.minor && patch === version.patch,
  );
}

function satisfies(version: NpmVersion, { operator, version: bound }: Comparator): boolean {
  const order = compareNpmVersions(version, bound);
  switch (operator) {
    case '':
      return order === 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
  }
}
