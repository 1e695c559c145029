import { digitsEnd, isDigit, isLetter } from './order.ts';

/** A version as ranges write it: parts may be missing or wild (`1`, `1.x`, `1.2.*`, `1.2.3-beta`). */
export interface PartialVersion {
  readonly major: string;
  readonly minor: string | undefined;
  readonly patch: string | undefined;
  readonly prerelease: string | undefined;
  /** Where the text goes on behind it. */
  readonly end: number;
}

/** npm's own limits on one number and on what follows an identifier's first letter. */
const LONGEST_NUMBER = 257;
const LONGEST_WORD_REST = 250;

/** True for a part that stands for any number. */
export function isWild(part: string | undefined): boolean {
  return part === undefined || part === 'x' || part === 'X' || part === '*';
}

/** Reads a partial version at `from`, leading `v`, `=` and blanks included; undefined where there is none. */
export function scanPartial(text: string, from: number): PartialVersion | undefined {
  const start = prefixEnd(text, from);
  const majorEnd = partEnd(text, start);
  if (majorEnd === undefined) return undefined;
  const major = text.slice(start, majorEnd);
  const minorEnd = text[majorEnd] === '.' ? partEnd(text, majorEnd + 1) : undefined;
  if (minorEnd === undefined) {
    return { major, minor: undefined, patch: undefined, prerelease: undefined, end: majorEnd };
  }
  const minor = text.slice(majorEnd + 1, minorEnd);
  const patchEnd = text[minorEnd] === '.' ? partEnd(text, minorEnd + 1) : undefined;
  if (patchEnd === undefined) return { major, minor, patch: undefined, prerelease: undefined, end: minorEnd };
  const patch = text.slice(minorEnd + 1, patchEnd);
  const end = text[patchEnd] === '-' ? identifiersEnd(text, patchEnd + 1) : undefined;
  if (end === undefined) return { major, minor, patch, prerelease: undefined, end: patchEnd };
  return { major, minor, patch, prerelease: text.slice(patchEnd + 1, end), end };
}

/** Behind any run of `v`, `=` and blanks. */
export function prefixEnd(text: string, from: number): number {
  let at = from;
  while (text[at] === 'v' || text[at] === '=' || text[at] === ' ') at += 1;
  return at;
}

/** Behind `x`, `X`, `*` or a number without leading zeros. */
function partEnd(text: string, from: number): number | undefined {
  const char = text[from];
  if (char === 'x' || char === 'X' || char === '*') return from + 1;
  return numberEnd(text, from);
}

function numberEnd(text: string, from: number): number | undefined {
  if (text[from] === '0') return from + 1;
  const end = Math.min(digitsEnd(text, from), from + LONGEST_NUMBER);
  return end === from ? undefined : end;
}

/** Behind identifiers that are joined by dots. */
function identifiersEnd(text: string, from: number): number | undefined {
  let end = identifierEnd(text, from);
  while (end !== undefined && text[end] === '.') {
    const next = identifierEnd(text, end + 1);
    if (next === undefined) break;
    end = next;
  }
  return end;
}

function identifierEnd(text: string, from: number): number | undefined {
  const digits = digitsEnd(text, from);
  if (!isWordCode(text.charCodeAt(digits)) || digits - from >= LONGEST_NUMBER) return numberEnd(text, from);
  return Math.min(wordEnd(text, digits), digits + 1 + LONGEST_WORD_REST);
}

/** Behind a run of letters, digits and hyphens. */
export function wordEnd(text: string, from: number): number {
  let end = from;
  while (isWordCode(text.charCodeAt(end))) end += 1;
  return end;
}

function isWordCode(code: number): boolean {
  return isDigit(code) || isLetter(code) || code === 45;
}
