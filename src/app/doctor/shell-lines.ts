/** What ends a line, or what a terminal does not show as it is. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u;

/** Whether a text is one line that looks as it is: no line ends, no escapes, nothing that turns or hides text. */
export function isPrintable(text: string): boolean {
  return !UNSAFE.test(text);
}

/** Lines that stay one line each when they are pasted, whatever names are in them: what could end one becomes `?`. */
export function shellLines(lines: readonly string[]): string[] {
  return lines.map((line) => line.replace(new RegExp(UNSAFE, 'gu'), '?'));
}
