/** `<<EOF` in an instruction. */
export interface HeredocMark {
  readonly name: string;
  /** `<<-`: leading tabs are taken off. */
  readonly chomp: boolean;
  /** Quoted: nothing in it is expanded. */
  readonly quoted: boolean;
  /** Where it stands in the instruction. */
  readonly start: number;
  readonly end: number;
}

const MAY_HAVE = /^(?:ONBUILD\s+)?(?:RUN|COPY|ADD)\s/i;
const MARK = /^\d*<<(-?)(?:"([^"<]+)"|'([^'<]+)'|([^<"'\s]+))$/;

/** Marks are words of their own; what looks like one within quotes is none, or the rest of the file would be hidden. */
export function findHeredocs(header: string, escapeChar: string): readonly HeredocMark[] {
  if (!header.includes('<<') || !MAY_HAVE.test(header)) return [];
  const marks: HeredocMark[] = [];
  for (let at = 0; at < header.length; ) {
    if (/\s/.test(header[at] ?? '')) {
      at += 1;
      continue;
    }
    const end = endOfWord(header, at, escapeChar);
    const match = MARK.exec(header.slice(at, end));
    if (match !== null) {
      const [, dash, double, single, bare = ''] = match;
      const name = double ?? single ?? bare;
      const quoted = double !== undefined || single !== undefined;
      marks.push({ name, chomp: dash === '-', quoted, start: at, end });
    }
    at = end;
  }
  return marks;
}

function endOfWord(text: string, start: number, escapeChar: string): number {
  let quote = '';
  for (let at = start; at < text.length; at += 1) {
    const char = text[at] ?? '';
    if (char === escapeChar && quote !== "'") at += 1;
    else if (quote !== '') quote = char === quote ? '' : quote;
    else if (char === '"' || char === "'") quote = char;
    else if (/\s/.test(char)) return at;
  }
  return text.length;
}
