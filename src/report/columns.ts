/** A column: how wide it may grow, and which side is cut when it does not fit. */
export interface Column {
  readonly title: string;
  readonly maxWidth: number;
  /** Paths tell most at their end. */
  readonly keep?: 'end';
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

/** The same from the other side. */
function cutFront(text: string, width: number): string {
  return text.length <= width ? text : `…${text.slice(text.length - width + 1)}`;
}

/**
 * Lines of aligned columns no wider than `width`: the last column takes what is left, and every text is printable.
 * `style` may colour a cell after it was cut and padded.
 */
export function columns(
  heads: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
  style: (text: string, row: number, column: number) => string,
): readonly string[] {
  const safe = rows.map((row) => row.map(printable));
  const widths = heads.map(({ title, maxWidth }, column) =>
    Math.min(maxWidth, Math.max(title.length, ...safe.map((row) => row[column]?.length ?? 0))),
  );
  const fixed = widths.slice(0, -1).reduce((sum, one) => sum + one + GAP.length, 0);
  const last = widths.length - 1;
  widths[last] = Math.max(8, Math.min(widths[last] ?? 0, width - fixed));
  const line = (cells: readonly string[], row: number) =>
    cells
      .map((cell, column) => {
        const cut = (row >= 0 && heads[column]?.keep === 'end' ? cutFront : cutTo)(cell, widths[column] ?? 0);
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
