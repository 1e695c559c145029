/**
 * Splits a line into words as a POSIX shell does before it expands anything: blanks divide, single quotes keep all, double
 * quotes and a backslash keep the next. Undefined when a quote is not closed.
 */
export function splitWords(line: string): readonly string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let quote: '"' | "'" | undefined;
  for (let at = 0; at < line.length; at += 1) {
    const char = line.charAt(at);
    const next = line.charAt(at + 1);
    if (quote === "'") {
      if (char === "'") quote = undefined;
      else word += char;
    } else if (char === '\\' && quote === '"' && !'"\\$`'.includes(next)) word += char;
    else if (char === '\\') {
      if (next === '') return undefined;
      word = (word ?? '') + next;
      at += 1;
    } else if (char === quote) quote = undefined;
    else if (quote === '"') word += char;
    else if (char === '"' || char === "'") {
      quote = char;
      word ??= '';
    } else if (/\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + char;
  }
  if (quote !== undefined) return undefined;
  return word === undefined ? words : [...words, word];
}
