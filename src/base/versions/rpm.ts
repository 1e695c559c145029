import { compareDigits, compareText, digitsEnd, isDigit, isLetter, isTooLong, type Order } from './order.ts';

interface RpmVersion {
  readonly epoch: string;
  readonly version: string;
  readonly release: string | undefined;
}

const CARET = 94;
const TILDE = 126;

/**
 * Orders two `[epoch:]version[-release]` texts as rpm does (rpm-version(7), rpmvercmp). A missing epoch is 0. A missing
 * release sorts before any release, as rpm's own comparison of two whole versions has it; a caller whose advisory names
 * no release decides what that means. rpm has no invalid segments, so only over-long texts are undefined; the empty
 * string sorts first.
 */
export function compareRpm(a: string, b: string): Order | undefined {
  if (isTooLong(a) || isTooLong(b)) return undefined;
  const left = parse(a);
  const right = parse(b);
  return (
    compareDigits(left.epoch, right.epoch) ||
    compareSegments(left.version, right.version) ||
    compareReleases(left.release, right.release)
  );
}

/** Only digits before a colon are an epoch, and the release follows the last hyphen, as rpm's parser has it. */
function parse(text: string): RpmVersion {
  const end = digitsEnd(text, 0);
  const hasEpoch = text[end] === ':';
  const rest = hasEpoch ? text.slice(end + 1) : text;
  const hyphen = rest.lastIndexOf('-');
  return {
    epoch: hasEpoch ? text.slice(0, end) : '',
    version: hyphen < 0 ? rest : rest.slice(0, hyphen),
    release: hyphen < 0 ? undefined : rest.slice(hyphen + 1),
  };
}

function compareReleases(a: string | undefined, b: string | undefined): Order {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? -1 : 1;
  return compareSegments(a, b);
}

/** Runs of digits and of letters from the left; everything else but `~` and `^` only separates them. */
function compareSegments(a: string, b: string): Order {
  if (a === b) return 0;
  let left = 0;
  let right = 0;
  for (;;) {
    left = skipSeparators(a, left);
    right = skipSeparators(b, right);
    const leftCode = a.charCodeAt(left);
    const rightCode = b.charCodeAt(right);
    const leftEnded = left >= a.length;
    const rightEnded = right >= b.length;
    if (leftCode === TILDE || rightCode === TILDE) {
      if (leftCode !== rightCode) return leftCode === TILDE ? -1 : 1;
      left += 1;
      right += 1;
      continue;
    }
    if (leftCode === CARET || rightCode === CARET) {
      if (leftEnded) return -1;
      if (rightEnded) return 1;
      if (leftCode !== rightCode) return leftCode === CARET ? -1 : 1;
      left += 1;
      right += 1;
      continue;
    }
    if (leftEnded || rightEnded) return leftEnded ? (rightEnded ? 0 : -1) : 1;
    const numeric = isDigit(leftCode);
    if (numeric !== isDigit(rightCode)) return numeric ? 1 : -1;
    const leftEnd = numeric ? digitsEnd(a, left) : lettersEnd(a, left);
    const rightEnd = numeric ? digitsEnd(b, right) : lettersEnd(b, right);
    const leftPart = a.slice(left, leftEnd);
    const rightPart = b.slice(right, rightEnd);
    const order = numeric ? compareDigits(leftPart, rightPart) : compareText(leftPart, rightPart);
    if (order !== 0) return order;
    left = leftEnd;
    right = rightEnd;
  }
}

function skipSeparators(text: string, from: number): number {
  let at = from;
  while (at < text.length && !isMeaningful(text.charCodeAt(at))) at += 1;
  return at;
}

function isMeaningful(code: number): boolean {
  return isDigit(code) || isLetter(code) || code === TILDE || code === CARET;
}

function lettersEnd(text: string, from: number): number {
  let end = from;
  while (isLetter(text.charCodeAt(end))) end += 1;
  return end;
}
