import { cutTo, printable } from '#report/columns.ts';

const MOST_CHARACTERS = 1000;

/** Words of letters, numbers and marks that mean nothing in any dialect of Markdown. */
const PLAIN = /^[\p{L}\p{N}\p{M}.,;'’"“”()+=?/–—…-]*$/u;
/** What GitHub or GitLab would make links of: addresses, commits, issues. */
const LINKED = /(?:^|[^\p{L}])(?:www\.|gh-\d)|^[0-9a-f]{7,64}$/iu;
/** What would begin a list, a heading or a line across. */
const BEGINNING = /^(?:[-+=]+|\d+[.)])$/;
/** What its author has marked as code, and lists in brackets, which are one thing. */
const MARKED = /(`[^`]+`|\[[^[\]`]*\])/;

/**
 * Text as Markdown that shows it and does nothing else: a word that could be a link, a mention, an image, a reference or
 * a mark becomes code. One line of at most 1,000 characters.
 */
export function markdownText(text: string): string {
  const line = cutTo(printable(text).trim(), MOST_CHARACTERS);
  const pieces = line.split(MARKED).map((piece, at) => {
    if (at % 2 === 0) return wordsOf(piece, at === 0);
    return codeSpan(piece.startsWith('`') ? piece.slice(1, -1) : piece);
  });
  // Two codes side by side would be read as one.
  return pieces.reduce((all, piece) =>
    all.endsWith('`') && piece.startsWith('`') ? `${all} ${piece}` : `${all}${piece}`,
  );
}

/** Text as code; for ids, paths and names. */
export function markdownCode(text: string): string {
  return codeSpan(cutTo(printable(text), MOST_CHARACTERS));
}

/** Lines in a block of their own. */
export function markdownFence(lines: readonly string[], language: string): string {
  const all = lines.map(printable);
  const longest = all.reduce((most, line) => Math.max(most, ...backticks(line)), 2);
  const fence = '`'.repeat(longest + 1);
  return [`${fence}${language}`, ...all, fence].join('\n');
}

/** Word for word, with the marks of sentences around each. */
function wordsOf(text: string, begins: boolean): string {
  return text
    .split(' ')
    .map((whole, at) => {
      if (begins && at === 0 && BEGINNING.test(whole)) return codeSpan(whole);
      const [, before = '', word = '', after = ''] = /^([("“]*)(.*?)([.,;:!?)"”]*)$/u.exec(whole) ?? [];
      const plain = PLAIN.test(word) && !LINKED.test(word);
      return plain ? `${before}${word}${after}` : `${before}${codeSpan(word)}${after}`;
    })
    .join(' ');
}

function codeSpan(text: string): string {
  if (text === '') return '';
  const fence = '`'.repeat(Math.max(0, ...backticks(text)) + 1);
  const space = /^`|`$|^ .* $/.test(text) ? ' ' : '';
  return `${fence}${space}${text}${space}${fence}`;
}

function backticks(text: string): readonly number[] {
  return (text.match(/`+/g) ?? []).map(({ length }) => length);
}
