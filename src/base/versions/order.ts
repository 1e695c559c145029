/** What a comparison answers: before, alike, after. */
export type Order = -1 | 0 | 1;

/** Longer strings are no version of any scheme: the longest in public feeds have about a hundred characters. */
const LONGEST_VERSION = 1_024;

/** True when the text is too long to be a version; such a one is not comparable. */
export function isTooLong(text: string): boolean {
  return text.length > LONGEST_VERSION;
}

/** ASCII digit, by UTF-16 code unit; NaN (past the end) is none. */
export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** ASCII letter, by UTF-16 code unit; NaN (past the end) is none. */
export function isLetter(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90);
}

/** Where the run of digits that starts at `from` ends. */
export function digitsEnd(text: string, from: number): number {
  let end = from;
  while (isDigit(text.charCodeAt(end))) end += 1;
  return end;
}

/** By UTF-16 code units, which is by bytes for ASCII. */
export function compareText(a: string, b: string): Order {
  return a === b ? 0 : a < b ? -1 : 1;
}

/** Runs of digits by value, whatever their length; the empty run is zero. */
export function compareDigits(a: string, b: string): Order {
  const left = withoutLeadingZeros(a);
  const right = withoutLeadingZeros(b);
  if (left.length !== right.length) return left.length < right.length ? -1 : 1;
  return compareText(left, right);
}

function withoutLeadingZeros(digits: string): string {
  let start = 0;
  while (digits.charCodeAt(start) === 48) start += 1;
  return start === 0 ? digits : digits.slice(start);
}
