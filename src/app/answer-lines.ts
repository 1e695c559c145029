/** What stands for an answer where there is none. */
const NO_ANSWER = '?';

/** The longest line that is looked at, in UTF-16 code units; longer ones are read past and have no answer. */
const LONGEST_LINE = 131_072;

/**
 * Answers every line `LEFT<TAB>RIGHT` of the input with one line, in order: what `answer` says, or `?` where it is
 * undefined and where a line has not exactly one tab or is longer than 131,072 characters. Lines end in LF or CRLF; a
 * last line without an end counts, an empty one does not. Reads and writes chunk by chunk, in bounded memory, and waits
 * for each write.
 */
export async function answerLines(
  input: AsyncIterable<Buffer | string>,
  answer: (left: string, right: string) => string | undefined,
  write: (text: string) => Promise<void>,
): Promise<void> {
  const decoder = new TextDecoder();
  const answerLine = (line: string) => `${answerOne(line, answer) ?? NO_ANSWER}\n`;
  let pending = '';
  for await (const chunk of input) {
    const text = pending + (typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true }));
    let answers = '';
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      answers += answerLine(text.slice(start, end));
      start = end + 1;
    }
    // Of a line that is already too long only as much is kept as shows that it is.
    pending = text.slice(start, start + LONGEST_LINE + 2);
    if (answers !== '') await write(answers);
  }
  pending += decoder.decode();
  if (pending !== '') await write(answerLine(pending));
}

function answerOne(line: string, answer: (left: string, right: string) => string | undefined): string | undefined {
  const text = line.endsWith('\r') ? line.slice(0, -1) : line;
  const tab = text.indexOf('\t');
  if (tab < 0 || text.length > LONGEST_LINE || text.includes('\t', tab + 1)) return undefined;
  return answer(text.slice(0, tab), text.slice(tab + 1));
}
