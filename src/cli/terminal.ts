import { type Paint, painter } from '#report/paint.ts';

/** Where text for people goes. */
export interface Terminal {
  /** Columns. */
  readonly width: number;
  readonly paint: Paint;
}

const WIDTH_OF_FILES = 100;
const LEAST_WIDTH = 60;

/** What is written to a file. */
export const NO_TERMINAL: Terminal = { width: WIDTH_OF_FILES, paint: painter(false) };

/** How wide standard output is, and whether it is coloured: only where somebody looks. */
export function terminal(): Terminal {
  const { isTTY, columns } = process.stdout;
  // A terminal may not know its width, or say 0.
  const width = isTTY ? Math.max(LEAST_WIDTH, columns || WIDTH_OF_FILES) : WIDTH_OF_FILES;
  return { width, paint: painter(isTTY && !process.env['NO_COLOR']) };
}
