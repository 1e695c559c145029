import type { Problem } from '#core/errors.ts';
import { printable, wrapText } from '#report/columns.ts';

const MOST = 10;

/** Problems for people, with what to do about them. */
export function problemLines(
  problems: readonly { readonly [K in keyof Problem]: Problem[K] | undefined }[],
  width: number,
): readonly string[] {
  const lines = problems.slice(0, MOST).flatMap(({ code, message = '', path, hint }) => {
    const where = path === undefined || message.includes(path) ? '' : ` (${path})`;
    const next = hint === undefined ? '' : ` ${hint}`;
    return wrapText(printable(`Not read: ${message}${where} [${code}]${next}`), width, '  ');
  });
  return problems.length > MOST ? [...lines, `Not read: ${problems.length - MOST} more, in --format json.`] : lines;
}
