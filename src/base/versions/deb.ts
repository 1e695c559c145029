import { compareDigits, digitsEnd, isDigit, isLetter, isTooLong, type Order } from './order.ts';

interface DebVersion {
  readonly epoch: string;
  readonly upstream: string;
  readonly revision: string;
}

/** dpkg keeps the epoch in a signed 32-bit integer and refuses what does not fit. */
const HIGHEST_EPOCH = '2147483647';
const TILDE = 126;

/**
 * Orders two Debian versions as `dpkg --compare-versions` does (Debian policy 5.6.12, deb-version(7)): epoch, upstream
 * version, revision; a missing epoch is 0 and a missing revision equals `0`. Like dpkg, which only warns, it takes
 * characters that the policy does not allow, and orders the empty string before everything.
 * Undefined for what dpkg refuses: an epoch that is no number or above 2147483647, nothing after the colon, an empty
 * upstream version or revision, spaces inside; and for texts that are too long.
 */
export function compareDeb(a: string, b: string): Order | undefined {
  const left = parse(a);
  const right = parse(b);
  if (left === undefined || right === undefined) return undefined;
  if (a === '' || b === '') return a === b ? 0 : a === '' ? -1 : 1;
  return (
    compareDigits(left.epoch, right.epoch) ||
    compareParts(left.upstream, right.upstream) ||
    compareParts(left.revision, right.revision)
  );
}

function parse(text: string): DebVersion | undefined {
  if (isTooLong(text)) return undefined;
  if (text === '') return { epoch: '', upstream: '', revision: '' };
  const version = trimBlanks(text);
  if (version === '' || version.includes(' ') || version.includes('\t')) return undefined;
  const colon = version.indexOf(':');
  const epoch = colon < 0 ? '' : parseEpoch(version.slice(0, colon));
  const rest = version.slice(colon + 1);
  if (epoch === undefined) return undefined;
  const hyphen = rest.lastIndexOf('-');
  const upstream = hyphen < 0 ? rest : rest.slice(0, hyphen);
  const revision = hyphen < 0 ? '' : rest.slice(hyphen + 1);
  if (upstream === '' || (hyphen >= 0 && revision === '')) return undefined;
  return { epoch, upstream, revision };
}

/** Reads what strtol(3) reads and dpkg accepts: a sign is allowed, a negative number is not. */
function parseEpoch(text: string): string | undefined {
  if (!/^(?:\+?[0-9]+|-0+)$/.test(text)) return undefined;
  const digits = text.replace(/^[+-]/, '');
  return compareDigits(digits, HIGHEST_EPOCH) > 0 ? undefined : digits;
}

function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && (text[start] === ' ' || text[start] === '\t')) start += 1;
  while (end > start && (text[end - 1] === ' ' || text[end - 1] === '\t')) end -= 1;
  return start === 0 && end === text.length ? text : text.slice(start, end);
}

/** Non-digits by weight and digits by value, in turns, from the left. */
function compareParts(a: string, b: string): Order {
  if (a === b) return 0;
  let left = 0;
  let right = 0;
  while (left < a.length || right < b.length) {
    for (;;) {
      const leftWeight = weight(a.charCodeAt(left));
      const rightWeight = weight(b.charCodeAt(right));
      if (leftWeight !== rightWeight) return leftWeight < rightWeight ? -1 : 1;
      if (leftWeight === 0) break;
      left += 1;
      right += 1;
    }
    const leftEnd = digitsEnd(a, left);
    const rightEnd = digitsEnd(b, right);
    const order = compareDigits(a.slice(left, leftEnd), b.slice(right, rightEnd));
    if (order !== 0) return order;
    left = leftEnd;
    right = rightEnd;
  }
  return 0;
}

/**
 * A tilde sorts before the end of a part, letters after it, everything else after the letters. Bytes above 127, which
 * only dpkg's leniency lets in, lie between letters and punctuation: there dpkg's characters are signed.
 */
function weight(code: number): number {
  if (Number.isNaN(code) || isDigit(code)) return 0;
  if (code === TILDE) return -1;
  if (isLetter(code) || code > 127) return code;
  return code + 0x1_0000;
}
