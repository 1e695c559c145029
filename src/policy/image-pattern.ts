/**
 * A pattern for names of images: `*` stands for anything without a slash, `**` for anything. A pattern without a tag or
 * digest fits all of them. Names may be hostile: the time grows with the lengths of pattern and name, no faster.
 */
export function imagePattern(pattern: string): (name: string) => boolean {
  const ends = endsOf(pattern);
  const tagged = /[:@][^/]*$/.test(pattern);
  return (name) => {
    for (const end of ends(name)) {
      if (end === name.length) return true;
      if (!tagged && /[:@]/.test(name[end] ?? '') && !name.includes('/', end)) return true;
    }
    return false;
  };
}

/** The same for any text: the whole of it must fit. */
export function glob(pattern: string): (text: string) => boolean {
  const ends = endsOf(pattern);
  return (text) => ends(text).has(text.length);
}

/** Where the pattern may end in a text that begins with it. */
function endsOf(pattern: string): (text: string) => ReadonlySet<number> {
  const tokens = pattern.match(/\*+|[^*]+/g) ?? [];
  return (text) => tokens.reduce<ReadonlySet<number>>((at, token) => after(token, text, at), new Set([0]));
}

/** Where one can stand behind a part of the pattern that begins where one stands. */
function after(token: string, name: string, starts: ReadonlySet<number>): ReadonlySet<number> {
  const ends = new Set<number>();
  if (!token.startsWith('*')) {
    for (const start of starts) if (name.startsWith(token, start)) ends.add(start + token.length);
    return ends;
  }
  for (const start of [...starts].sort((a, b) => a - b)) {
    for (let end = start; end <= name.length && !ends.has(end); end += 1) {
      ends.add(end);
      if (token.length === 1 && name[end] === '/') break;
    }
  }
  return ends;
}
