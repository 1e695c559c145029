import { compareDigits, compareText, digitsEnd, isDigit, isLetter, isTooLong, type Order } from './order.ts';

/** A version in Semantic Versioning's parts; build metadata is left out, for it never decides. */
export interface Semver {
  /** Usually three; digits of any length. Those that are missing are zero. */
  readonly numbers: readonly string[];
  /** Empty for a release. */
  readonly prerelease: readonly string[];
}

/**
 * Orders two versions as SemVer 2.0.0 section 11 does, numbers of any length by value. Loose input is coerced: blanks
 * around it, leading `v` and `=`, missing minor or patch, leading zeros, more than three numbers, a pre-release without
 * its hyphen (`1.0.0alpha1`). Undefined for what still is no version: no number first, an empty or odd identifier.
 */
export function compareSemver(a: string, b: string): Order | undefined {
  const left = parseSemver(a);
  const right = parseSemver(b);
  return left === undefined || right === undefined ? undefined : compareParsedSemver(left, right);
}

/** The parts of a loosely written version, as {@link compareSemver} promises; undefined for anything else. */
export function parseSemver(text: string): Semver | undefined {
  if (isTooLong(text)) return undefined;
  const whole = text.trim();
  let at = 0;
  while (isPrefix(whole.charCodeAt(at))) at += 1;
  const plus = whole.indexOf('+', at);
  const version = whole.slice(at, plus < 0 ? whole.length : plus);
  let end = digitsEnd(version, 0);
  if (end === 0) return undefined;
  const numbers = [version.slice(0, end)];
  while (version[end] === '.' && isDigit(version.charCodeAt(end + 1))) {
    const start = end + 1;
    end = digitsEnd(version, start);
    numbers.push(version.slice(start, end));
  }
  if (end === version.length) return { numbers, prerelease: [] };
  if (version[end] !== '-' && !isLetter(version.charCodeAt(end))) return undefined;
  const prerelease = version.slice(version[end] === '-' ? end + 1 : end).split('.');
  return prerelease.every(isIdentifier) ? { numbers, prerelease } : undefined;
}

/** SemVer 2.0.0 section 11 over parsed versions. */
export function compareParsedSemver(a: Semver, b: Semver): Order {
  const count = Math.max(a.numbers.length, b.numbers.length);
  for (let index = 0; index < count; index += 1) {
    const order = compareDigits(a.numbers[index] ?? '', b.numbers[index] ?? '');
    if (order !== 0) return order;
  }
  return comparePrereleases(a.prerelease, b.prerelease);
}

/** A release is above its pre-releases; of two pre-releases that agree so far, the longer is higher. */
function comparePrereleases(a: readonly string[], b: readonly string[]): Order {
  if (a.length === 0 || b.length === 0) return a.length === b.length ? 0 : a.length === 0 ? 1 : -1;
  for (let index = 0; ; index += 1) {
    const left = a[index];
    const right = b[index];
    if (left === undefined || right === undefined) return left === right ? 0 : left === undefined ? -1 : 1;
    const order = compareIdentifiers(left, right);
    if (order !== 0) return order;
  }
}

/** Numbers by value and below words, words by their bytes. */
function compareIdentifiers(a: string, b: string): Order {
  const leftNumeric = digitsEnd(a, 0) === a.length;
  const rightNumeric = digitsEnd(b, 0) === b.length;
  if (leftNumeric && rightNumeric) return compareDigits(a, b);
  if (leftNumeric !== rightNumeric) return leftNumeric ? -1 : 1;
  return compareText(a, b);
}

function isIdentifier(text: string): boolean {
  return /^[0-9A-Za-z-]+$/.test(text);
}

/** `v`, `V`, `=` or a space. */
function isPrefix(code: number): boolean {
  return code === 118 || code === 86 || code === 61 || code === 32;
}
