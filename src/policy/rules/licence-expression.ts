/** What a licence's id is to whoever asks. */
export type IsUnwanted = (id: string) => boolean;

/** Packages come from images: a longer expression is nobody's licence. */
const MOST_TOKENS = 500;

/**
 * Whether an expression (SPDX 2.3, annex D; also what distributions write: `GPLv2+ and MIT`, `GPL-2 or Artistic`) leaves no
 * way around an unwanted licence: of a choice one is enough, of what is joined by AND or WITH all count. What cannot be
 * understood is unwanted when any of its ids is.
 */
export function isUnavoidable(expression: string, unwanted: IsUnwanted): boolean {
  const tokens = expression.match(/[()]|[^\s(),;|/&]+|\|\||[|/,;&]/g) ?? [];
  const ids = tokens.filter((token) => !/^(?:[()|/,;&]|\|\||and|or|with)$/i.test(token));
  if (!ids.some(unwanted)) return false;
  if (tokens.length > MOST_TOKENS) return true;
  const reader = { tokens, at: 0 };
  const found = choice(reader, unwanted, 0);
  return reader.at < tokens.length || found === undefined ? true : found;
}

interface Reader {
  readonly tokens: readonly string[];
  at: number;
}

const DEEPEST = 20;

function choice(reader: Reader, unwanted: IsUnwanted, depth: number): boolean | undefined {
  let all = joined(reader, unwanted, depth);
  while (all !== undefined && /^(?:or|\|\|?|\/)$/i.test(reader.tokens[reader.at] ?? '')) {
    reader.at += 1;
    const next = joined(reader, unwanted, depth);
    all = next === undefined ? undefined : all && next;
  }
  return all;
}

function joined(reader: Reader, unwanted: IsUnwanted, depth: number): boolean | undefined {
  let any = one(reader, unwanted, depth);
  while (any !== undefined && /^(?:and|with|[,;&])$/i.test(reader.tokens[reader.at] ?? '')) {
    reader.at += 1;
    const next = one(reader, unwanted, depth);
    any = next === undefined ? undefined : any || next;
  }
  return any;
}

/** An id, several words that name one licence, or what is in brackets. */
function one(reader: Reader, unwanted: IsUnwanted, depth: number): boolean | undefined {
  const token = reader.tokens[reader.at];
  if (token === undefined || token === ')' || depth > DEEPEST) return undefined;
  reader.at += 1;
  if (token === '(') {
    const inner = choice(reader, unwanted, depth + 1);
    if (reader.tokens[reader.at] !== ')') return undefined;
    reader.at += 1;
    return inner;
  }
  let found = unwanted(token);
  for (let next = reader.tokens[reader.at]; next !== undefined && isWord(next); next = reader.tokens[reader.at]) {
    found ||= unwanted(next);
    reader.at += 1;
  }
  return found;
}

function isWord(token: string): boolean {
  return !/^(?:[()|/,;&]|\|\||and|or|with)$/i.test(token);
}
