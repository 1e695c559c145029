import { isWild, type PartialVersion, prefixEnd, scanPartial, wordEnd } from './npm-partial.ts';
import { digitsEnd } from './order.ts';

/** Below the lowest version there is: nothing satisfies it. */
const NOTHING = '<0.0.0-0';

/**
 * One alternative of an npm range (what stands between two `||`) as plain comparators: hyphens, carets, tildes and wild
 * parts resolved, `''` for one that anything satisfies. What is no comparator is handed on as it is, to be refused.
 * Expects single spaces and none around. Takes time in proportion to the text.
 */
export function plainComparators(alternative: string): readonly string[] {
  const bare = alternative.replace(/\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*/g, '');
  const joined = joinOperators(resolveHyphen(bare)).replace(/~>? /g, '~').replace(/\^ /g, '^');
  return joined
    .split(' ')
    .flatMap(resolve)
    .map((comparator) => (comparator === '>=0.0.0' ? '' : comparator));
}

/** `1.2 - 3.4` becomes `>=1.2.0 <3.5.0-0`; anything else stays. */
function resolveHyphen(text: string): string {
  const start = text[0] === ' ' ? 1 : 0;
  const from = scanPartial(text, start);
  if (from === undefined || !text.startsWith(' - ', from.end)) return text;
  const to = scanPartial(text, from.end + 3);
  if (to === undefined || (text.slice(to.end) !== '' && text.slice(to.end) !== ' ')) return text;
  const lower = hyphenLower(from, text.slice(start, from.end));
  const upper = hyphenUpper(to, text.slice(from.end + 3, to.end));
  return `${lower} ${upper}`.trim();
}

function hyphenLower({ major, minor, patch }: PartialVersion, written: string): string {
  if (isWild(major)) return '';
  if (isWild(minor)) return `>=${major}.0.0`;
  return isWild(patch) ? `>=${major}.${minor}.0` : `>=${written}`;
}

function hyphenUpper({ major, minor, patch, prerelease }: PartialVersion, written: string): string {
  if (isWild(major)) return '';
  if (isWild(minor)) return `<${next(major)}.0.0-0`;
  if (isWild(patch)) return `<${major}.${next(minor)}.0-0`;
  return prerelease === undefined ? `<=${written}` : `<=${major}.${minor}.${patch}-${prerelease}`;
}

/** Takes out the space between an operator and its version (`> 1.2` becomes `>1.2`). */
function joinOperators(text: string): string {
  let joined = '';
  let at = 0;
  while (at < text.length) {
    let operatorEnd = text[at] === ' ' ? at + 1 : at;
    if (text[operatorEnd] === '<' || text[operatorEnd] === '>') operatorEnd += 1;
    if (text[operatorEnd] === '=') operatorEnd += 1;
    const start = text[operatorEnd] === ' ' ? operatorEnd + 1 : operatorEnd;
    const end = versionEnd(text, prefixEnd(text, start));
    if (end !== undefined) {
      joined += text.slice(at, operatorEnd) + text.slice(start, end);
      at = end;
    } else {
      // No version follows the operator, so none follows a later part of what was just looked at.
      const behind = Math.max(at + 1, prefixEnd(text, start));
      joined += text.slice(at, behind);
      at = behind;
    }
  }
  return joined;
}

/** Behind a version at `from`: three numbers, with or without a loosely written pre-release, or a partial one. */
function versionEnd(text: string, from: number): number | undefined {
  const major = digitsEnd(text, from);
  const minor = text[major] === '.' ? digitsEnd(text, major + 1) : major;
  const patch = text[minor] === '.' ? digitsEnd(text, minor + 1) : minor;
  if (major === from || minor <= major + 1 || patch <= minor + 1) return scanPartial(text, from)?.end;
  let end = wordEnd(text, patch);
  while (end > patch && text[end] === '.' && wordEnd(text, end + 1) > end + 1) end = wordEnd(text, end + 1);
  return end;
}

function resolve(comparator: string): readonly string[] {
  if (comparator.startsWith('^')) return resolveWith(comparator, 1, resolveCaret);
  if (comparator.startsWith('~')) return resolveWith(comparator, comparator[1] === '>' ? 2 : 1, resolveTilde);
  const operator = /^[<>]?=?/.exec(comparator)?.[0] ?? '';
  return resolveWith(comparator, operator.length, (partial) => resolvePrimitive(operator, partial));
}

/** Resolves what is a partial version to its end; npm drops one star from anything else before it looks again. */
function resolveWith(
  comparator: string,
  from: number,
  resolvePartial: (partial: PartialVersion) => readonly string[] | undefined,
): readonly string[] {
  const partial = scanPartial(comparator, from);
  const resolved = partial?.end === comparator.length ? resolvePartial(partial) : undefined;
  return resolved ?? [comparator.replace(/[<>]?=?\*/, '')];
}

function resolveCaret({ major, minor, patch, prerelease }: PartialVersion): readonly string[] {
  if (isWild(major)) return [''];
  if (isWild(minor)) return [`>=${major}.0.0`, `<${next(major)}.0.0-0`];
  const lower = isWild(patch) ? `>=${major}.${minor}.0` : `>=${major}.${minor}.${patch}${tail(prerelease)}`;
  if (major !== '0') return [lower, `<${next(major)}.0.0-0`];
  if (minor !== '0' || isWild(patch)) return [lower, `<0.${next(minor)}.0-0`];
  return [lower, `<0.0.${next(patch)}-0`];
}

function resolveTilde({ major, minor, patch, prerelease }: PartialVersion): readonly string[] {
  if (isWild(major)) return [''];
  if (isWild(minor)) return [`>=${major}.0.0`, `<${next(major)}.0.0-0`];
  const lower = isWild(patch) ? `>=${major}.${minor}.0` : `>=${major}.${minor}.${patch}${tail(prerelease)}`;
  return [lower, `<${major}.${next(minor)}.0-0`];
}

/** An operator, or none, before a version with wild parts; undefined where nothing is wild or a number follows a wild. */
function resolvePrimitive(operator: string, partial: PartialVersion): readonly string[] | undefined {
  const { major, minor, patch } = partial;
  if ((isWild(major) && !isWild(minor)) || (isWild(minor) && !isWild(patch))) return undefined;
  if (isWild(major)) return [operator === '>' || operator === '<' ? NOTHING : ''];
  if (!isWild(minor) && !isWild(patch)) return undefined;
  const lowest = isWild(minor) ? `${major}.0.0` : `${major}.${minor}.0`;
  const above = isWild(minor) ? `${next(major)}.0.0` : `${major}.${next(minor)}.0`;
  switch (operator) {
    case '>':
      return [`>=${above}`];
    case '>=':
      return [`>=${lowest}`];
    case '<':
      return [`<${lowest}-0`];
    case '<=':
      return [`<${above}-0`];
    default:
      return [`>=${lowest}`, `<${above}-0`];
  }
}

function tail(prerelease: string | undefined): string {
  return prerelease === undefined ? '' : `-${prerelease}`;
}

/** The next number; above 2^53 - 1 it is one that no version may have, so that the range is refused. */
function next(number: string | undefined): string {
  return String(Number(number) + 1);
}
