/** A column: between which widths it may be, and what is kept when it does not fit. */
export interface Column {
  readonly title: string;
  readonly maxWidth: number;
  /** It is not made narrower than this to leave room for the others; `maxWidth` unless said. */
  readonly minWidth?: number;
  /** `path`: what stands before the first slash and the end, as paths tell most there. */
  readonly keep?: 'path';
}

const GAP = '  ';

/** Control and formatting characters that could move a terminal's cursor or hide text. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029]/gu;

/** Text that came from an image, safe to print: control characters become `?`. */
export function printable(text: string): string {
  return text.replace(UNSAFE, '?');
}

/** Cuts to a width, saying so with an ellipsis. */
export function cutTo(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}

/** Lines no wider than `width`, broken at spaces; those after the first are indented. A longer word stays whole. */
export function wrapText(text: string, width: number, indent: string): readonly string[] {
  const start = text.length - text.trimStart().length;
  const [first = '', ...words] = text.slice(start).split(' ');
  const lines: string[] = [];
  let line = `${text.slice(0, start)}${first}`;
  for (const word of words) {
    if (line.length + 1 + word.length <= width) line += ` ${word}`;
    else {
      lines.push(line);
      line = `${indent}${word}`;
    }
  }
  return [...lines, line];
}

/** The same from the front of a path, `app #2 /usr/lib/node` -> `app #2 …/node`. */
export function cutPath(text: string, width: number): string {
  if (text.length <= width) return text;
  const label = text.slice(0, Math.max(0, text.indexOf('/')));
  const kept = label.length < width - 1 ? label : '';
  return `${kept}…${text.slice(text.length - (width - kept.length - 1))}`;
}

/** As wide as the cells are, made narrower where they are widest until all fit or no column may be narrower. */
function widthsOf(heads: readonly Column[], rows: readonly (readonly string[])[], width: number): readonly number[] {
  const widths = heads.map(({ title, maxWidth }, column) =>
    rows.reduce((most, row) => Math.min(maxWidth, Math.max(most, row[column]?.length ?? 0)), title.length),
  );
  let over = widths.reduce((sum, one) => sum + one + GAP.length, -GAP.length) - width;
  for (; over > 0; over -= 1) {
    const spare = widths.map((one, column) => {
      const { title = '', maxWidth = 0, minWidth = maxWidth } = heads[column] ?? {};
      return one > Math.max(title.length, minWidth) ? one : 0;
    });
    const widest = spare.indexOf(Math.max(...spare));
    if (spare[widest] === 0) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

/**
 * Lines of aligned columns, no wider than `width` if their least widths allow it; every text is printable. `style` may
 * colour a cell after it was cut and padded.
 */
export function columns(
  heads: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
  style: (text: string, row: number, column: number) => string,
): readonly string[] {
  const safe = rows.map((row) => row.map(printable));
  const widths = widthsOf(heads, safe, width);
  const last = widths.length - 1;
  const line = (cells: readonly string[], row: number) =>
    cells
      .map((cell, column) => {
        const cut = (row >= 0 && heads[column]?.keep === 'path' ? cutPath : cutTo)(cell, widths[column] ?? 0);
        return style(column === last ? cut : cut.padEnd(widths[column] ?? 0), row, column);
      })
      .join(GAP)
      .trimEnd();
  return [
    line(
      heads.map(({ title }) => title),
      -1,
    ),
    ...safe.map((row, index) => line(row, index)),
  ];
}
