import { cutTo, printable } from '#report/columns.ts';

/** GitHub takes this much of a description. */
const MOST_CHARACTERS = 1024;

/**
 * Text of a message: links (`[text](place)`) and placeholders (`{0}`), which viewers would resolve, are escaped as the
 * standard says (SARIF 2.1.0, 3.11.5 and 3.11.6).
 */
export function sarifText(text: string): string {
  return cutTo(printable(text), MOST_CHARACTERS)
    .replace(/\\(?=[[\]\\])/g, '\\\\')
    .replace(/\[(?=[^\]]*\]\()/g, '\\[')
    .replace(/\{(\d+)\}/g, '{{$1}}');
}
