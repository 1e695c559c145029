import { compareDigits, compareText, digitsEnd, isDigit, isTooLong, type Order } from './order.ts';

/**
 * What a piece of a version is. The numbers are ranks: of two versions that agree so far, the one whose next piece has
 * the higher rank is the lower version (a pre-release suffix excepted), so the end sorts before whatever may follow.
 */
const FIRST = 0;
const DIGITS = 1;
const LETTER = 2;
const SUFFIX = 3;
const SUFFIX_NUMBER = 4;
const HASH = 5;
const REVISION = 6;
const END = 7;
/** A number behind the letter, as in `6.0.2p1`: apk-tools 2 wrote such versions, apk-tools 3 calls them invalid. */
const LETTER_NUMBER = 8;
/** A number is due and there is none, as in `0..8`. */
const MISSING_NUMBER = 9;
const INVALID = 10;

/** In their order; those before `''` (no suffix) make a version lower, those behind it higher. */
const SUFFIXES: readonly string[] = ['alpha', 'beta', 'pre', 'rc', '', 'cvs', 'svn', 'git', 'hg', 'p'];
const NO_SUFFIX = SUFFIXES.indexOf('');

interface Piece {
  readonly kind: number;
  readonly value: string;
  /** Where the next piece starts. */
  readonly end: number;
}

/**
 * Orders two Alpine versions as apk-tools 3 does (apk-package(5)): `number{.number}{letter}{_suffix{number}}{~hash}{-r#}`.
 * A number group after the first that has a leading zero on either side is compared as text. A version that breaks
 * the grammar sorts before one that does not at the piece where they part; where both break it in the same way, what
 * follows decides as it did in apk-tools 2. The empty string sorts first. Undefined only for texts that are too long.
 */
export function compareApk(a: string, b: string): Order | undefined {
  if (isTooLong(a) || isTooLong(b)) return undefined;
  let left = number(a, 0, FIRST);
  let right = number(b, 0, FIRST);
  while (left.kind === right.kind) {
    if (left.kind === END || left.kind === INVALID) return 0;
    const order = compareValues(left, right);
    if (order !== 0) return order;
    left = next(a, left);
    right = next(b, right);
  }
  if (isPrerelease(left)) return -1;
  if (isPrerelease(right)) return 1;
  return left.kind > right.kind ? -1 : 1;
}

function compareValues(a: Piece, b: Piece): Order {
  switch (a.kind) {
    case DIGITS:
      return a.value.startsWith('0') || b.value.startsWith('0')
        ? compareText(a.value, b.value)
        : compareDigits(a.value, b.value);
    case SUFFIX:
      return Math.sign(SUFFIXES.indexOf(a.value) - SUFFIXES.indexOf(b.value)) as Order;
    case LETTER:
    case HASH:
      return compareText(a.value, b.value);
    default:
      return compareDigits(a.value, b.value);
  }
}

function isPrerelease(piece: Piece): boolean {
  return piece.kind === SUFFIX && SUFFIXES.indexOf(piece.value) < NO_SUFFIX;
}

/** The piece behind `before`; what may come depends on it, for the pieces have a fixed order. */
function next(text: string, before: Piece): Piece {
  const at = before.end;
  const inNumbers = before.kind <= DIGITS || before.kind === LETTER_NUMBER || before.kind === MISSING_NUMBER;
  const char = text[at] ?? '';
  if (char === '') return { kind: END, value: '', end: at };
  if (char >= 'a' && char <= 'z') return inNumbers ? { kind: LETTER, value: char, end: at + 1 } : invalid(at);
  if (char === '.') return inNumbers ? number(text, at + 1, DIGITS) : invalid(at);
  if (isDigit(text.charCodeAt(at))) {
    if (before.kind === LETTER) return number(text, at, LETTER_NUMBER);
    return before.kind === SUFFIX ? number(text, at, SUFFIX_NUMBER) : invalid(at);
  }
  if (char === '_') return inNumbers || before.kind <= SUFFIX_NUMBER ? suffix(text, at + 1) : invalid(at);
  if (char === '~') return inNumbers || before.kind < HASH ? hash(text, at + 1) : invalid(at);
  if (text.startsWith('-r', at)) return before.kind === REVISION ? invalid(at) : revision(text, at + 2);
  return invalid(at);
}

function invalid(at: number): Piece {
  return { kind: INVALID, value: '', end: at };
}

function number(text: string, from: number, kind: number): Piece {
  const end = digitsEnd(text, from);
  return { kind: end === from ? MISSING_NUMBER : kind, value: text.slice(from, end), end };
}

/** `-r` without a number counts as `-r0`; letters behind it make it something else. */
function revision(text: string, from: number): Piece {
  const end = digitsEnd(text, from);
  return end === from && isLower(text.charCodeAt(from))
    ? invalid(from)
    : { kind: REVISION, value: text.slice(from, end), end };
}

function suffix(text: string, from: number): Piece {
  let end = from;
  while (isLower(text.charCodeAt(end))) end += 1;
  const value = text.slice(from, end);
  return value !== '' && SUFFIXES.includes(value) ? { kind: SUFFIX, value, end } : invalid(from);
}

function hash(text: string, from: number): Piece {
  let end = from;
  while (isHex(text.charCodeAt(end))) end += 1;
  return end === from ? invalid(from) : { kind: HASH, value: text.slice(from, end), end };
}

function isLower(code: number): boolean {
  return code >= 97 && code <= 122;
}

function isHex(code: number): boolean {
  return isDigit(code) || (code >= 97 && code <= 102);
}
