/** A command line as its words: what quotes hold together is one (POSIX shell, without expansions). */
export function commandWords(line: string): readonly string[] {
  const words: string[] = [];
  let word = '';
  let started = false;
  let quote = '';
  for (let at = 0; at < line.length; at += 1) {
    const one = line[at] ?? '';
    if (quote !== '') {
      if (one === quote) quote = '';
      else if (one === '\\' && quote === '"' && /["\\$`]/.test(line[at + 1] ?? '')) word += line[++at];
      else word += one;
    } else if (one === '"' || one === "'") {
      quote = one;
      started = true;
    } else if (one === '\\') {
      word += line[++at] ?? '';
      started = true;
    } else if (/\s/.test(one)) {
      if (started || word !== '') words.push(word);
      word = '';
      started = false;
    } else {
      word += one;
    }
  }
  if (started || word !== '') words.push(word);
  return words;
}
